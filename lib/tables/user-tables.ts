import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Conditions, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { restoreTag } from '../../lambda/model/restore-tag-name.ts';
import { isArn } from './table-patterns.ts';

const onlyTheTag: Conditions = { 'ForAllValues:StringEquals': { 'aws:TagKeys': [restoreTag] } };

const tagging: Conditions = { Null: { [`aws:RequestTag/${restoreTag}`]: 'false' }, ...onlyTheTag };

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

  /** Actions on the exports of the tables. */
  grantExports(grantee: IGrantable, ...actions: string[]): void {
    allow(
      grantee,
      actions,
      this.arns.map((arn) => `${arn}/export/*`),
    );
  }

  /** Actions on the backups that DynamoDB itself has made of the tables. */
  grantBackups(grantee: IGrantable, ...actions: string[]): void {
    allow(
      grantee,
      actions,
      this.arns.map((arn) => `${arn}/backup/*`),
    );
  }

  /** Listing them. DynamoDB knows no resources for it: it tells of the account's backups, of whatever table. */
  grantListBackups(grantee: IGrantable): void {
    allow(grantee, ['dynamodb:ListBackups'], ['*']);
  }

  /** Actions on the imports that have made the tables, or are making them. */
  grantImports(grantee: IGrantable, ...actions: string[]): void {
    allow(
      grantee,
      actions,
      this.arns.map((arn) => `${arn}/import/*`),
    );
    // DynamoDB knows no resources for it. It tells when tables were imported, and from where.
    allow(grantee, ['dynamodb:ListImports'], ['*']);
  }

  /**
   * Having DynamoDB make a table of objects that the grantee may read. Without the rights to log, the import fails
   * (hashicorp/terraform-provider-aws#38946); they are those of
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Requesting.html
   */
  grantImport(grantee: IGrantable): void {
    allow(grantee, ['dynamodb:ImportTable'], this.arns);
    const { partition, region, account } = this.stack;
    allow(
      grantee,
      [
        'CreateLogGroup',
        'CreateLogStream',
        'DescribeLogGroups',
        'DescribeLogStreams',
        'PutLogEvents',
        'PutRetentionPolicy',
      ].map((action) => `logs:${action}`),
      [`arn:${partition}:logs:${region}:${account}:log-group:/aws-dynamodb/*`],
    );
  }

  /** Making a table, which must carry the restore's tag from its start. */
  grantCreateTagged(grantee: IGrantable): void {
    // DynamoDB asks for TagResource when a table is created with tags.
    allow(grantee, ['dynamodb:CreateTable', 'dynamodb:TagResource'], this.arns, tagging);
  }

  /** Putting the restore's tag on a table that an import has made: it cannot be made with tags. */
  grantTag(grantee: IGrantable): void {
    allow(grantee, ['dynamodb:TagResource'], this.arns, tagging);
  }

  /** Taking the restore's tag off; also where it is off already, as a step may run twice. It only takes rights away. */
  grantUntag(grantee: IGrantable): void {
    allow(grantee, ['dynamodb:UntagResource'], this.arns, onlyTheTag);
  }

  /**
   * Making, changing and writing a table that a customer's own key encrypts: DynamoDB asks the caller for the key's use.
   * Any key of the account and region, since a request names it, and only for DynamoDB. See
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
   */
  grantKeys(grantee: IGrantable): void {
    this.allowKeys(
      grantee,
      'CreateGrant',
      'Decrypt',
      'DescribeKey',
      'Encrypt',
      'GenerateDataKey',
      'ReEncryptFrom',
      'ReEncryptTo',
    );
  }

  /** Reading a table, its stream or its exports that such a key encrypts. */
  grantKeysForReading(grantee: IGrantable): void {
    this.allowKeys(grantee, 'Decrypt', 'DescribeKey');
  }

  /** Actions on those tables that carry the restore's tag. */
  grantTagged(grantee: IGrantable, ...actions: string[]): void {
    allow(grantee, actions, this.arns, { Null: { [`aws:ResourceTag/${restoreTag}`]: 'false' } });
  }

  private allowKeys(grantee: IGrantable, ...actions: string[]): void {
    const { partition, region, account } = this.stack;
    allow(
      grantee,
      actions.map((action) => `kms:${action}`),
      [`arn:${partition}:kms:${region}:${account}:key/*`],
      { StringEquals: { 'kms:ViaService': `dynamodb.${region}.amazonaws.com` } },
    );
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
