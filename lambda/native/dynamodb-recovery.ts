import {
  DescribeContinuousBackupsCommand,
  type DynamoDBClient,
  type PointInTimeRecoveryDescription,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import type { NativeRestore } from './invoked-restore.ts';
import type { RestoreCall } from './native-restore.ts';
import { toNativeOverrides } from './native-overrides.ts';
import { translateErrors } from './translate-errors.ts';
import type { ContinuousBackups, PointInTimeRecovery, PointInTimeRestore } from './recovery.ts';

/** Creates the port to DynamoDB's own point-in-time recovery. DynamoDB's errors keep their texts. */
export function createContinuousBackups(dynamodb: DynamoDBClient, restore: NativeRestore): ContinuousBackups {
  return {
    ...createRecovery(dynamodb),
    restore: (request) => translateErrors(async () => ({ table: await restore(toRestoreCall(request)) })),
  };
}

/** Creates the port without its method for restores. */
export function createRecovery(dynamodb: DynamoDBClient): Omit<ContinuousBackups, 'restore'> {
  return {
    describe: (table) =>
      translateErrors(async () => {
        const command = new DescribeContinuousBackupsCommand({ TableName: table });
        const { ContinuousBackupsDescription } = await dynamodb.send(command);
        return toRecovery(ContinuousBackupsDescription?.PointInTimeRecoveryDescription);
      }),
    update: (table, { enabled, recoveryPeriodInDays }) =>
      translateErrors(async () => {
        const command = new UpdateContinuousBackupsCommand({
          TableName: table,
          PointInTimeRecoverySpecification: {
            PointInTimeRecoveryEnabled: enabled,
            RecoveryPeriodInDays: recoveryPeriodInDays,
          },
        });
        const { ContinuousBackupsDescription } = await dynamodb.send(command);
        return toRecovery(ContinuousBackupsDescription?.PointInTimeRecoveryDescription);
      }),
  };
}

function toRecovery(description: PointInTimeRecoveryDescription = {}): PointInTimeRecovery {
  const { RecoveryPeriodInDays, EarliestRestorableDateTime, LatestRestorableDateTime } = description;
  return {
    enabled: description.PointInTimeRecoveryStatus === 'ENABLED',
    ...(RecoveryPeriodInDays !== undefined && { recoveryPeriodInDays: RecoveryPeriodInDays }),
    ...(EarliestRestorableDateTime && { earliest: EarliestRestorableDateTime.getTime() }),
    ...(LatestRestorableDateTime && { latest: LatestRestorableDateTime.getTime() }),
  };
}

function toRestoreCall({ table, target, time, overrides, requestedBy }: PointInTimeRestore): RestoreCall {
  return {
    operation: 'RestoreTableToPointInTime',
    input: {
      SourceTableName: table,
      TargetTableName: target,
      ...(time === undefined ? { UseLatestRestorableTime: true } : { RestoreDateTime: time }),
      ...toNativeOverrides(overrides),
    },
    ...(requestedBy !== undefined && { requestedBy }),
  };
}
