import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Conditions, IGrantable } from 'aws-cdk-lib/aws-iam';

/** Adds a statement to the grantee's policy that allows these actions on these resources. */
export function allow(
  grantee: IGrantable,
  actions: readonly string[],
  resources: readonly string[],
  conditions: Conditions = {},
): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: [...actions], resources: [...resources], conditions }),
  );
}
