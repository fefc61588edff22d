import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Conditions, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { restoreTag } from '../lambda/restore/restore-plan.ts';
import { isArn } from './table-patterns.ts';

const onlyTheTag: Conditions = { 'ForAllValues:StringEquals': { 'aws:TagKeys': [restoreTag] } };

/**
 * The tables of the configuration: every right to a user's table is given here, and bounded by them.
 *
 * The rights to write and delete hold only for tables with the restore's tag. DynamoDB knows tags in policies
 * (attribute-based access control); in an account where that is switched off such a right allows nothing. See
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/attribute-based-access-control.html
 */
export class UserTables {
  private readonly stack: Stack;
  private readonly arns: readonly string[];

  constructor(scope: Construct, patterns: readonly string[]) {
    this.stack = Stack.of(scope);
    this.arns = patterns.map((pattern) =>
      isArn(pattern)
        ? pattern
        : Arn.format(
            {
              service: 'dynamodb',
              resource: 'table',
              resourceName: pattern,
              arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
            },
            this.stack,
          ),
    );
  }

  /** Actions on any of the tables. */
  grant(grantee: IGrantable, ...actions: string[]): void {
    allow(grantee, actions, this.arns);
  }

  /** Actions on the streams of the tables. */
  grantStreams(grantee: IGrantable, ...actions: string[]): void {
    allow(
      grantee,
      actions,
      this.arns.map((arn) => `${arn}/stream/*`),
    );
  }

  /** Making a table, which must carry the restore's tag from its start. */
  grantCreateTagged(grantee: IGrantable): void {
    // DynamoDB asks for TagResource when a table is created with tags.
    allow(grantee, ['dynamodb:CreateTable', 'dynamodb:TagResource'], this.arns, {
      Null: { [`aws:RequestTag/${restoreTag}`]: 'false' },
      ...onlyTheTag,
    });
  }

  /** Taking the restore's tag off; also where it is off already, as a step may run twice. It only takes rights away. */
  grantUntag(grantee: IGrantable): void {
    allow(grantee, ['dynamodb:UntagResource'], this.arns, onlyTheTag);
  }

  /**
   * Making a table that a customer's own key encrypts: any key of the account and region, since a request names it, and
   * only for DynamoDB. See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
   */
  grantKeys(grantee: IGrantable): void {
    const { partition, region, account } = this.stack;
    allow(
      grantee,
      [
        'CreateGrant',
        'Decrypt',
        'DescribeKey',
        'Encrypt',
        'GenerateDataKey',
        'ReEncryptFrom',
        'ReEncryptTo',
      ].map((action) => `kms:${action}`),
      [`arn:${partition}:kms:${region}:${account}:key/*`],
      { StringEquals: { 'kms:ViaService': `dynamodb.${region}.amazonaws.com` } },
    );
  }

  /** Actions on those tables that carry the restore's tag. */
  grantTagged(grantee: IGrantable, ...actions: string[]): void {
    allow(grantee, actions, this.arns, { Null: { [`aws:ResourceTag/${restoreTag}`]: 'false' } });
  }
}

function allow(
  grantee: IGrantable,
  actions: readonly string[],
  resources: readonly string[],
  conditions: Conditions = {},
): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: [...actions], resources: [...resources], conditions }),
  );
}
