import { TidemarkError } from '../../runtime/errors.ts';
import { globalIndexes, localIndexes, onDemandThroughput, provisionedThroughput } from './index-members.ts';
import { type Input, maxLength, minLength, oneOf } from './members.ts';
import { given } from './operation.ts';
import type { KeptSetting, RestoreOverrides } from '../../model/restore-overrides.ts';

/** What DynamoDB's own restore leaves off, in the words of the wire. */
const keepable: Readonly<Record<string, KeptSetting>> = {
  STREAM: 'stream',
  TIME_TO_LIVE: 'timeToLive',
  TABLE_CLASS: 'tableClass',
  DELETION_PROTECTION: 'deletionProtection',
};

export const keepMembers = {
  Keep: { type: 'list', of: { type: 'string', constraints: [oneOf(...Object.keys(keepable))] } },
} as const;

/** What both restores may say of the table to be made. */
export const overrideMembers = {
  BillingModeOverride: { type: 'string', constraints: [oneOf('PROVISIONED', 'PAY_PER_REQUEST')] },
  GlobalSecondaryIndexOverride: globalIndexes,
  LocalSecondaryIndexOverride: localIndexes,
  ProvisionedThroughputOverride: provisionedThroughput,
  OnDemandThroughputOverride: onDemandThroughput,
  SSESpecificationOverride: {
    type: 'structure',
    shape: 'SSESpecification',
    members: {
      Enabled: { type: 'boolean' },
      SSEType: { type: 'string', constraints: [oneOf('AES256', 'KMS')] },
      KMSMasterKeyId: { type: 'string', constraints: [minLength(1), maxLength(2048)] },
    },
  },
  VectorIndexOverride: {
    type: 'list',
    of: { type: 'structure', shape: 'VectorIndex', members: { IndexName: { type: 'string' } } },
  },
  TidemarkOptions: {
    type: 'structure',
    shape: 'TidemarkRestoreOptions',
    closed: true,
    members: keepMembers,
  },
} as const;

/** DynamoDB's own limits for one table. */
const mostGlobalIndexes = 20;
const mostLocalIndexes = 5;

/** Throws `Validation` for what Tidemark cannot make. Whether the overrides fit the source is not known here. */
export function restoreOverrides(input: Input<typeof overrideMembers>): RestoreOverrides {
  if (input.VectorIndexOverride !== undefined && input.VectorIndexOverride.length > 0) {
    throw new TidemarkError(
      'Validation',
      'Invalid Request: Tidemark makes no vector indexes: VectorIndexOverride',
    );
  }
  checkCounts(input);
  const keep = input.TidemarkOptions?.Keep?.flatMap((word) => keepable[word] ?? []);
  // The constraints hold what the SDK's types say of texts.
  return {
    ...given('billingMode', input.BillingModeOverride),
    ...given('globalSecondaryIndexes', input.GlobalSecondaryIndexOverride),
    ...given('localSecondaryIndexes', input.LocalSecondaryIndexOverride),
    ...given('provisionedThroughput', input.ProvisionedThroughputOverride),
    ...given('onDemandThroughput', input.OnDemandThroughputOverride),
    ...given('sse', input.SSESpecificationOverride),
    ...given('keep', keep),
  } as RestoreOverrides;
}

/** In the words of CreateTable. */
function checkCounts(input: Input<typeof overrideMembers>): void {
  const { GlobalSecondaryIndexOverride: global = [], LocalSecondaryIndexOverride: local = [] } = input;
  if (global.length > mostGlobalIndexes)
    throw tooMany(`GlobalSecondaryIndex count exceeds the per-table limit of ${mostGlobalIndexes}`);
  if (local.length > mostLocalIndexes)
    throw tooMany(`Number of LocalSecondaryIndexes exceeds per-table limit of ${mostLocalIndexes}`);
}

function tooMany(text: string): TidemarkError {
  return new TidemarkError('Validation', `One or more parameter values were invalid: ${text}`);
}
