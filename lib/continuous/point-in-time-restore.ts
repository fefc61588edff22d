import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { environment } from '../../lambda/runtime/environment.ts';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import type { WorkflowProps } from '../workflow/machine.ts';

export type PointInTimeRestoreProps = Pick<WorkflowProps, 'tables' | 'settings'>;

/**
 * The function that has DynamoDB restore a table to a point in time, and does nothing else. DynamoDB asks of the caller
 * the rights to read and write items of the table that it makes, which has no tag yet to be known by. So this function
 * alone has them, and its code calls nothing but `RestoreTableToPointInTime`, which only writes to a table that it
 * makes. See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html
 */
export class PointInTimeRestore extends Construct {
  private readonly handler: TidemarkFunction;

  constructor(scope: Construct, id: string, { tables, settings }: PointInTimeRestoreProps) {
    super(scope, id);
    this.handler = new TidemarkFunction(this, 'Handler', {
      handler: 'restore-to-point-in-time',
      size: 'request',
      settings,
    });
    tables.grant(
      this.handler,
      'dynamodb:RestoreTableToPointInTime',
      // What it depends on, as listed in
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
      'dynamodb:BatchWriteItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      'dynamodb:UpdateItem',
    );
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
