import {
  CreateBackupCommand,
  DeleteBackupCommand,
  DescribeBackupCommand,
  type DynamoDBClient,
  type DynamoDBClientConfig,
  ListBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { createDynamodbClient } from '../item/clients.ts';
import { isServiceError } from '../runtime/errors.ts';
import { followPages } from '../runtime/follow-pages.ts';
import { describeForeignBackup, listForeignBackups } from './foreign-backups.ts';
import type { NativeRestore } from './invoked-restore.ts';
import type { NativeBackup, NativeBackups } from './native-backups.ts';
import { toNativeOverrides } from './native-overrides.ts';
import { translateErrors } from './translate-errors.ts';

/**
 * Creates the port to DynamoDB's own on-demand backups. DynamoDB's errors keep their texts. `config` configures a
 * second client of the same DynamoDB.
 */
export function createNativeBackups(
  dynamodb: DynamoDBClient,
  restore: NativeRestore,
  config: DynamoDBClientConfig = {},
): NativeBackups {
  let client: DynamoDBClient | undefined;
  return {
    check() {},
    create: (table, name) =>
      translateErrors(async () => {
        // Never send this call twice: it has no token that marks a repeat, so a repeat may make another backup.
        client ??= createDynamodbClient({ ...config, maxAttempts: 1 });
        const command = new CreateBackupCommand({ TableName: table, BackupName: name });
        return String((await client.send(command)).BackupDetails?.BackupArn);
      }),
    find: (table, name, since) => translateErrors(() => find(dynamodb, table, name, since)),
    describe: (arn) => translateErrors(() => describe(dynamodb, arn)),
    describeForeign: (arn) => translateErrors(() => describeForeignBackup(dynamodb, arn)),
    listForeign: (query) => translateErrors(() => listForeignBackups(dynamodb, query)),
    delete: (arn) =>
      translateErrors(async () => {
        await ignoreNotFound(() => dynamodb.send(new DeleteBackupCommand({ BackupArn: arn })));
      }),
    restore: ({ arn, target, overrides, requestedBy }) =>
      translateErrors(async () =>
        restore({
          operation: 'RestoreTableFromBackup',
          input: { BackupArn: arn, TargetTableName: target, ...toNativeOverrides(overrides) },
          ...(requestedBy !== undefined && { requestedBy }),
        }),
      ),
  };
}

async function find(
  dynamodb: DynamoDBClient,
  table: string,
  name: string,
  since: number,
): Promise<readonly string[]> {
  const arns: string[] = [];
  const pages = followPages(
    'ListBackups',
    (after: string | undefined) =>
      dynamodb.send(
        new ListBackupsCommand({
          TableName: table,
          TimeRangeLowerBound: new Date(since),
          ExclusiveStartBackupArn: after,
        }),
      ),
    ({ LastEvaluatedBackupArn }) => LastEvaluatedBackupArn,
  );
  for await (const { BackupSummaries = [] } of pages) {
    for (const { BackupName, BackupArn } of BackupSummaries) {
      if (BackupName === name && BackupArn !== undefined) arns.push(BackupArn);
    }
  }
  return arns;
}

async function describe(dynamodb: DynamoDBClient, arn: string): Promise<NativeBackup | undefined> {
  const described = await ignoreNotFound(() => dynamodb.send(new DescribeBackupCommand({ BackupArn: arn })));
  const { BackupDetails: details, SourceTableDetails: table } = described?.BackupDescription ?? {};
  if (details?.BackupStatus !== 'CREATING' && details?.BackupStatus !== 'AVAILABLE') return undefined;
  return {
    status: details.BackupStatus,
    tableId: String(table?.TableId),
    items: table?.ItemCount ?? 0,
    bytes: details.BackupSizeBytes ?? 0,
  };
}

async function ignoreNotFound<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isServiceError(error, 'BackupNotFoundException')) return undefined;
    throw error;
  }
}
