import type { RestoreTableFromBackupInput } from '@aws-sdk/client-dynamodb';
import { TidemarkError } from '../runtime/errors.ts';
import type { RestoreOverrides } from '../model/restore-overrides.ts';

/** What both of DynamoDB's own restores are told of the table to make. */
type NativeOverrides = Omit<RestoreTableFromBackupInput, 'TargetTableName' | 'BackupArn'>;

/** The overrides in DynamoDB's words. Throws `Validation` for what its own restores cannot do. */
export function nativeOverrides(overrides: RestoreOverrides): NativeOverrides {
  const { keep = [], globalSecondaryIndexes, localSecondaryIndexes } = overrides;
  if (keep.length > 0) {
    throw new TidemarkError(
      'Validation',
      `DynamoDB's own restore cannot keep: ${keep.join(', ')}. ` +
        'Restore without it and change the table after the restore',
    );
  }
  return {
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
