import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { environment } from '../../lambda/runtime/environment.ts';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import type { WorkflowProps } from '../workflow/machine.ts';

export type NativeRestoreProps = Pick<WorkflowProps, 'tables' | 'settings'>;

/**
 * The function that has DynamoDB restore a table, to a point in time or from a backup of its own, and does nothing else.
 * DynamoDB asks of the caller the rights to read and write items of the table that it makes, which has no tag yet to be
 * known by. So this function alone has them, and its code calls nothing but `RestoreTableToPointInTime` and
 * `RestoreTableFromBackup`, which only write to a table that they make. See
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html
 */
export class NativeRestore extends Construct {
  private readonly handler: TidemarkFunction;

  constructor(scope: Construct, id: string, { tables, settings }: NativeRestoreProps) {
    super(scope, id);
    this.handler = new TidemarkFunction(this, 'Handler', {
      handler: 'native-restore',
      size: 'request',
      settings,
    });
    tables.grant(
      this.handler,
      'dynamodb:RestoreTableToPointInTime',
      'dynamodb:RestoreTableFromBackup',
      // What both depend on, as listed in
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
      'dynamodb:BatchWriteItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      'dynamodb:UpdateItem',
    );
    tables.grantBackups(this.handler, 'dynamodb:RestoreTableFromBackup');
    tables.grantKeys(this.handler);
  }

  /** Lets the function call it: the right, and its ARN in the variable. */
  letRestore(lambdaFunction: TidemarkFunction): void {
    const { functionArn } = this.handler;
    lambdaFunction.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }),
    );
    lambdaFunction.addEnvironment(environment.restoreFunction, functionArn);
  }
}
