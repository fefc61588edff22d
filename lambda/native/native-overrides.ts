import type { RestoreTableFromBackupInput } from '@aws-sdk/client-dynamodb';
import { TidemarkError } from '../runtime/errors.ts';
import type { RestoreOverrides } from '../model/restore-overrides.ts';

/** The settings of the table to create that both of DynamoDB's own restores accept. */
type NativeOverrides = Omit<RestoreTableFromBackupInput, 'TargetTableName' | 'BackupArn'>;

/** Translates overrides to DynamoDB's names. Throws `Validation` for settings that DynamoDB's own restores cannot make. */
export function toNativeOverrides(overrides: RestoreOverrides): NativeOverrides {
  const { keep = [], verifyTarget = false, globalSecondaryIndexes, localSecondaryIndexes } = overrides;
  if (keep.length > 0) {
    throw new TidemarkError(
      'Validation',
      `DynamoDB's own restore cannot keep: ${keep.join(', ')}. ` +
        'Leave it out, and change the table after the restore',
    );
  }
  if (verifyTarget) {
    throw new TidemarkError(
      'Validation',
      "Tidemark cannot verify a table that DynamoDB's own restore creates: leave out VerifyTarget",
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
