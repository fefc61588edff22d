import {
  DescribeContinuousBackupsCommand,
  type DynamoDBClient,
  type PointInTimeRecoveryDescription,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import type { NativeRestore } from './invoked-restore.ts';
import type { RestoreCall } from './native-restore.ts';
import { nativeOverrides } from './native-overrides.ts';
import { translated } from './translate-errors.ts';
import type { ContinuousBackups, PointInTimeRecovery, PointInTimeRestore } from './recovery.ts';

/** DynamoDB's own point-in-time recovery. Its errors keep their texts. */
export function nativeContinuousBackups(dynamodb: DynamoDBClient, restore: NativeRestore): ContinuousBackups {
  return {
    ...nativeRecovery(dynamodb),
    restore: (request) => translated(async () => ({ table: await restore(restoreCall(request)) })),
  };
}

/** The same without restoring. */
export function nativeRecovery(dynamodb: DynamoDBClient): Omit<ContinuousBackups, 'restore'> {
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
  };
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

function restoreCall({ table, target, time, overrides, requestedBy }: PointInTimeRestore): RestoreCall {
  return {
    operation: 'RestoreTableToPointInTime',
    input: {
      SourceTableName: table,
      TargetTableName: target,
      ...(time === undefined ? { UseLatestRestorableTime: true } : { RestoreDateTime: time }),
      ...nativeOverrides(overrides),
    },
    ...(requestedBy !== undefined && { requestedBy }),
  };
}
