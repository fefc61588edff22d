import {
  DescribeContinuousBackupsCommand,
  type DynamoDBClient,
  type PointInTimeRecoveryDescription,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { type ErrorCode, TidemarkError } from '../runtime/errors.ts';
import type { ContinuousBackups, PointInTimeRecovery, PointInTimeRestore } from './continuous-backups.ts';
import type { NativeRestore } from './invoked-restore.ts';
import type { RestoreCall } from './native-restore.ts';

const codes: ReadonlyMap<string, ErrorCode> = new Map([
  ['ValidationException', 'Validation'],
  // The table is none of those that Tidemark is configured for.
  ['AccessDeniedException', 'AccessDenied'],
  ['TableNotFoundException', 'TableNotFound'],
  ['SourceTableNotFoundException', 'TableNotFound'],
  ['TableAlreadyExistsException', 'TableAlreadyExists'],
  ['TableInUseException', 'TableInUse'],
  ['ContinuousBackupsUnavailableException', 'ContinuousBackupsUnavailable'],
  ['PointInTimeRecoveryUnavailableException', 'PointInTimeRecoveryUnavailable'],
  ['InvalidRestoreTimeException', 'InvalidRestoreTime'],
  ['LimitExceededException', 'LimitExceeded'],
]);

/** DynamoDB's own point-in-time recovery. Its errors keep their texts. */
export function nativeContinuousBackups(dynamodb: DynamoDBClient, restore: NativeRestore): ContinuousBackups {
  return {
    describe: (table) =>
      translated(async () => {
        const command = new DescribeContinuousBackupsCommand({ TableName: table });
        const { ContinuousBackupsDescription } = await dynamodb.send(command);
        return recovery(ContinuousBackupsDescription?.PointInTimeRecoveryDescription);
      }),
    update: (table, { enabled, recoveryPeriodInDays }) =>
      translated(async () => {
        const command = new UpdateContinuousBackupsCommand({
          TableName: table,
          PointInTimeRecoverySpecification: {
            PointInTimeRecoveryEnabled: enabled,
            RecoveryPeriodInDays: recoveryPeriodInDays,
          },
        });
        const { ContinuousBackupsDescription } = await dynamodb.send(command);
        return recovery(ContinuousBackupsDescription?.PointInTimeRecoveryDescription);
      }),
    restore: (request) => translated(async () => ({ table: await restore(restoreCall(request)) })),
  };
}

async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const code = error instanceof Error ? codes.get(error.name) : undefined;
    if (code === undefined || !(error instanceof Error)) throw error;
    throw new TidemarkError(code, error.message, { cause: error });
  }
}

function recovery(description: PointInTimeRecoveryDescription = {}): PointInTimeRecovery {
  const { RecoveryPeriodInDays, EarliestRestorableDateTime, LatestRestorableDateTime } = description;
  return {
    enabled: description.PointInTimeRecoveryStatus === 'ENABLED',
    ...(RecoveryPeriodInDays !== undefined && { recoveryPeriodInDays: RecoveryPeriodInDays }),
    ...(EarliestRestorableDateTime && { earliest: EarliestRestorableDateTime.getTime() }),
    ...(LatestRestorableDateTime && { latest: LatestRestorableDateTime.getTime() }),
  };
}

function restoreCall({ table, target, time, overrides }: PointInTimeRestore): RestoreCall {
  const { keep = [], globalSecondaryIndexes, localSecondaryIndexes } = overrides;
  if (keep.length > 0) {
    throw new TidemarkError(
      'Validation',
      `DynamoDB's own restore to a point in time cannot keep: ${keep.join(', ')}. ` +
        'Restore without it and change the table after the restore',
    );
  }
  return {
    SourceTableName: table,
    TargetTableName: target,
    ...(time === undefined ? { UseLatestRestorableTime: true } : { RestoreDateTime: time }),
    BillingModeOverride: overrides.billingMode,
    GlobalSecondaryIndexOverride: globalSecondaryIndexes?.map(
      ({ IndexName, KeySchema, Projection, ProvisionedThroughput, OnDemandThroughput }) => ({
        IndexName,
        KeySchema,
        Projection,
        ProvisionedThroughput,
        OnDemandThroughput,
      }),
    ),
    LocalSecondaryIndexOverride: localSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    })),
    ProvisionedThroughputOverride: overrides.provisionedThroughput,
    OnDemandThroughputOverride: overrides.onDemandThroughput,
    SSESpecificationOverride: overrides.sse,
  };
}
