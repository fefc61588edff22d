import { Construct } from 'constructs';
import { environment } from '../../lambda/runtime/environment.ts';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import { allow } from '../rights/allow.ts';
import type { StackParts } from '../stack-parts.ts';

export type NativeRestoreProps = Pick<StackParts, 'tables' | 'settings'>;

/**
 * The function that requests restores from DynamoDB itself: to a point in time, or from DynamoDB's own backup. DynamoDB
 * requires that the caller may read and write items of the new table, which does not have the restore's tag. So this
 * function alone has those rights, and its code calls nothing but `RestoreTableToPointInTime` and
 * `RestoreTableFromBackup`, which write only to a table that they create. See
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
      // Both operations require these rights, according to
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

  /** Allows another function to call this one: gives it the right, and the ARN in its environment. */
  letRestore(lambdaFunction: TidemarkFunction): void {
    const { functionArn } = this.handler;
    allow(lambdaFunction, ['lambda:InvokeFunction'], [functionArn]);
    lambdaFunction.addEnvironment(environment.restoreFunction, functionArn);
  }
}
