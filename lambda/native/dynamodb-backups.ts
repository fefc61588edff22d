import {
  CreateBackupCommand,
  DeleteBackupCommand,
  DescribeBackupCommand,
  type DynamoDBClient,
  type DynamoDBClientConfig,
  ListBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { createDynamodbClient } from '../runtime/clients.ts';
import { isServiceError } from '../runtime/errors.ts';
import type { NativeRestore } from './invoked-restore.ts';
import type { NativeBackup, NativeBackups } from './native-backups.ts';
import { nativeOverrides } from './native-overrides.ts';
import { translated } from './translate-errors.ts';

/** DynamoDB's own on-demand backups. Its refusals keep their texts. `config`: of a client of the same DynamoDB. */
export function nativeBackups(
  dynamodb: DynamoDBClient,
  restore: NativeRestore,
  config: DynamoDBClientConfig = {},
): NativeBackups {
  let once: DynamoDBClient | undefined;
  return {
    check() {},
    create: (table, name) =>
      translated(async () => {
        // The call has no token by which a repeat is known: one that is sent again may make another backup.
        once ??= createDynamodbClient({ ...config, maxAttempts: 1 });
        const command = new CreateBackupCommand({ TableName: table, BackupName: name });
        return String((await once.send(command)).BackupDetails?.BackupArn);
      }),
    find: (table, name, since) => translated(() => find(dynamodb, table, name, since)),
    describe: (arn) => translated(() => describe(dynamodb, arn)),
    delete: (arn) =>
      translated(async () => {
        await unlessGone(() => dynamodb.send(new DeleteBackupCommand({ BackupArn: arn })));
      }),
    restore: ({ arn, target, overrides, requestedBy }) =>
      translated(async () =>
        restore({
          operation: 'RestoreTableFromBackup',
          input: { BackupArn: arn, TargetTableName: target, ...nativeOverrides(overrides) },
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
  const found: string[] = [];
  let after: string | undefined;
  do {
    const page = await dynamodb.send(
      new ListBackupsCommand({
        TableName: table,
        TimeRangeLowerBound: new Date(since),
        ExclusiveStartBackupArn: after,
      }),
    );
    for (const { BackupName, BackupArn } of page.BackupSummaries ?? []) {
      if (BackupName === name && BackupArn !== undefined) found.push(BackupArn);
    }
    after = page.LastEvaluatedBackupArn;
  } while (after !== undefined);
  return found;
}

async function describe(dynamodb: DynamoDBClient, arn: string): Promise<NativeBackup | undefined> {
  const described = await unlessGone(() => dynamodb.send(new DescribeBackupCommand({ BackupArn: arn })));
  const { BackupDetails: details, SourceTableDetails: table } = described?.BackupDescription ?? {};
  if (details?.BackupStatus !== 'CREATING' && details?.BackupStatus !== 'AVAILABLE') return undefined;
  return {
    status: details.BackupStatus,
    tableId: String(table?.TableId),
    items: table?.ItemCount ?? 0,
    bytes: details.BackupSizeBytes ?? 0,
  };
}

async function unlessGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isServiceError(error, 'BackupNotFoundException')) return undefined;
    throw error;
  }
}
