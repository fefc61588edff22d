import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import type { Conditions, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { finishedValue, restoreTag } from '../../lambda/model/restore-tag-name.ts';
import { isArn } from '../../lambda/model/table-patterns.ts';
import { allow } from './allow.ts';

const tableHasTag: Conditions = {
  Null: { [`aws:ResourceTag/${restoreTag}`]: 'false' },
  StringNotEquals: { [`aws:ResourceTag/${restoreTag}`]: finishedValue },
};
const tableHasNoTag = { [`aws:ResourceTag/${restoreTag}`]: 'true' };
const requestNamesOnlyTag = {
  'ForAllValues:StringEquals': { 'aws:TagKeys': [restoreTag] },
};
const requestSetsTag = {
  Null: { [`aws:RequestTag/${restoreTag}`]: 'false' },
  ...requestNamesOnlyTag,
};

/**
 * The tables of the configuration. This class gives every right to a user's table, and each is limited to these tables.
 *
 * The rights to write and delete apply only to tables that have the restore's tag. They need attribute-based access
 * control of DynamoDB; in an account that has switched it off, these rights allow nothing. See
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/attribute-based-access-control.html
 */
export class UserTables {
  private readonly stack: Stack;
  private readonly arns: readonly string[];
  /** The functions that may change the tags of tables. */
  readonly taggers = new Set<IGrantable>();

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

  /** Allows actions on any of the tables. */
  grant(grantee: IGrantable, ...actions: string[]): void {
    allow(grantee, actions, this.arns);
  }

  /** Allows listing the names of all tables: DynamoDB has no resources for it. */
  grantList(grantee: IGrantable): void {
    allow(grantee, ['dynamodb:ListTables'], ['*']);
  }

  /** Allows actions on the streams of the tables. */
  grantStreams(grantee: IGrantable, ...actions: string[]): void {
    allow(grantee, actions, this.partsOfTables('stream'));
  }

  /** Allows actions on the exports of the tables. */
  grantExports(grantee: IGrantable, ...actions: string[]): void {
    allow(grantee, actions, this.partsOfTables('export'));
  }

  /** Allows actions on the backups that DynamoDB itself has made of the tables. */
  grantBackups(grantee: IGrantable, ...actions: string[]): void {
    allow(grantee, actions, this.partsOfTables('backup'));
  }

  /** Allows listing the names of all tables of the account. DynamoDB has no resources for it. */
  grantListTables(grantee: IGrantable): void {
    allow(grantee, ['dynamodb:ListTables'], ['*']);
  }

  /** Allows listing the backups of all tables of the account. DynamoDB has no resources for this action. */
  grantListBackups(grantee: IGrantable): void {
    allow(grantee, ['dynamodb:ListBackups'], ['*']);
  }

  /** Allows actions on the imports that make, or have made, the tables; and listing imports. */
  grantImports(grantee: IGrantable, ...actions: string[]): void {
    allow(grantee, actions, this.partsOfTables('import'));
    // DynamoDB has no resources for it. The list shows when tables were imported, and from where.
    allow(grantee, ['dynamodb:ListImports'], ['*']);
  }

  /**
   * Allows starting DynamoDB imports, which create a table from objects that the grantee may read. Without the rights
   * to write logs, the import fails (hashicorp/terraform-provider-aws#38946); they are those of
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

  /** Allows creating a table, if it has the restore's tag from the start. */
  grantCreateTagged(grantee: IGrantable): void {
    this.taggers.add(grantee);
    // DynamoDB requires TagResource when a table is created with tags.
    allow(grantee, ['dynamodb:CreateTable', 'dynamodb:TagResource'], this.arns, requestSetsTag);
  }

  /**
   * Allows putting the restore's tag on a table without that tag. (A finished table has it too.) An import cannot create a
   * table with tags.
   */
  grantTag(grantee: IGrantable): void {
    this.taggers.add(grantee);
    const conditions = { ...requestSetsTag, Null: { ...requestSetsTag['Null'], ...tableHasNoTag } };
    allow(grantee, ['dynamodb:TagResource'], this.arns, conditions);
  }

  /**
   * Allows marking a table as finished. The table need not have the restore's tag, because a step may run twice, and the
   * mark only removes rights.
   */
  grantFinish(grantee: IGrantable): void {
    this.taggers.add(grantee);
    allow(grantee, ['dynamodb:TagResource'], this.arns, {
      StringEquals: { [`aws:RequestTag/${restoreTag}`]: finishedValue },
      ...requestNamesOnlyTag,
    });
  }

  /** Allows actions on those tables that have the restore's tag and are not finished. */
  grantTagged(grantee: IGrantable, ...actions: string[]): void {
    allow(grantee, actions, this.arns, tableHasTag);
  }

  /**
   * Allows creating, changing and writing a table that a customer managed key encrypts: DynamoDB requires that its caller
   * may use the key. The right covers every key of the account and region, since a request names the key, but only for
   * calls by DynamoDB. See
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

  /** Allows reading a table, its stream or its exports that a customer managed key encrypts. */
  grantKeysForReading(grantee: IGrantable): void {
    this.allowKeys(grantee, 'Decrypt', 'DescribeKey');
  }

  /** ARNs of all streams, exports, backups or imports of the tables. */
  private partsOfTables(type: 'stream' | 'export' | 'backup' | 'import'): string[] {
    return this.arns.map((arn) => `${arn}/${type}/*`);
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
