import { TidemarkError } from '../../runtime/errors.ts';
import { maxLength, minLength, oneOf } from './constraints.ts';
import { globalIndexes, localIndexes, onDemandThroughput, provisionedThroughput } from './index-members.ts';
import type { Input } from './members.ts';
import { whenDefined } from './operation.ts';
import type { KeptSetting, RestoreOverrides } from '../../model/restore-overrides.ts';

/** The settings that DynamoDB's own restore does not restore, by their names on the wire. */
const keptSettings = {
  STREAM: 'stream',
  TIME_TO_LIVE: 'timeToLive',
  TABLE_CLASS: 'tableClass',
  DELETION_PROTECTION: 'deletionProtection',
} as const satisfies Readonly<Record<string, KeptSetting>>;

export const restoreOptions = {
  type: 'structure',
  shape: 'TidemarkRestoreOptions',
  closed: true,
  text: 'Options that only Tidemark offers.',
  members: {
    Keep: {
      type: 'list',
      of: {
        type: 'string',
        constraints: [oneOf('STREAM', 'TIME_TO_LIVE', 'TABLE_CLASS', 'DELETION_PROTECTION')],
      },
      text: "Settings of the source that the new table gets too. DynamoDB's own restore does not restore them.",
    },
    VerifyTarget: {
      type: 'boolean',
      text: 'Whether the restore finally reads the whole new table, which uses read units, and compares it with the restored items. By default only on one machine.',
    },
  },
} as const;

/** The members of both requests for restores that describe the table to create. */
export const overrideMembers = {
  BillingModeOverride: {
    type: 'string',
    constraints: [oneOf('PROVISIONED', 'PAY_PER_REQUEST')],
    text: "The new table's billing mode; by default that of the source.",
  },
  GlobalSecondaryIndexOverride: {
    ...globalIndexes,
    text: 'The global indexes of the new table; by default all of the source.',
  },
  LocalSecondaryIndexOverride: {
    ...localIndexes,
    text: 'The local indexes of the new table; by default all of the source.',
  },
  ProvisionedThroughputOverride: {
    ...provisionedThroughput,
    text: 'The capacity of the new table, if it is provisioned.',
  },
  OnDemandThroughputOverride: {
    ...onDemandThroughput,
    text: 'The maximum throughput of the new table, if it is billed on demand.',
  },
  SSESpecificationOverride: {
    type: 'structure',
    shape: 'SSESpecification',
    text: 'How the new table is encrypted.',
    members: {
      Enabled: {
        type: 'boolean',
        text: 'Whether a KMS key of the account encrypts the table, instead of a key that DynamoDB owns.',
      },
      SSEType: {
        type: 'string',
        constraints: [oneOf('AES256', 'KMS')],
        text: 'KMS, if a KMS key encrypts the table.',
      },
      KMSMasterKeyId: {
        type: 'string',
        constraints: [minLength(1), maxLength(2048)],
        text: 'The KMS key, by id, ARN or alias.',
      },
    },
  },
  VectorIndexOverride: {
    type: 'list',
    of: {
      type: 'structure',
      shape: 'VectorIndex',
      members: { IndexName: { type: 'string', text: 'The name of an index.' } },
    },
    text: 'Rejected unless it is empty: Tidemark creates no vector indexes.',
  },
  TidemarkOptions: restoreOptions,
} as const;

/** DynamoDB's own limits for one table. */
const maxGlobalIndexes = 20;
const maxLocalIndexes = 5;

/**
 * Decodes the request's settings for the table to create. Throws `Validation` for settings that Tidemark cannot create.
 * Whether the overrides fit the source is checked later.
 */
export function toRestoreOverrides(input: Input<typeof overrideMembers>): RestoreOverrides {
  if (input.VectorIndexOverride !== undefined && input.VectorIndexOverride.length > 0) {
    throw new TidemarkError(
      'Validation',
      'Invalid Request: Tidemark creates no vector indexes: VectorIndexOverride',
    );
  }
  checkCounts(input);
  return {
    ...whenDefined('billingMode', input.BillingModeOverride),
    ...whenDefined('globalSecondaryIndexes', input.GlobalSecondaryIndexOverride),
    ...whenDefined('localSecondaryIndexes', input.LocalSecondaryIndexOverride),
    ...whenDefined('provisionedThroughput', input.ProvisionedThroughputOverride),
    ...whenDefined('onDemandThroughput', input.OnDemandThroughputOverride),
    ...whenDefined('sse', input.SSESpecificationOverride),
    ...whenDefined(
      'keep',
      input.TidemarkOptions?.Keep?.map((setting) => keptSettings[setting]),
    ),
    ...whenDefined('verifyTarget', input.TidemarkOptions?.VerifyTarget),
  };
}

/** Throws `Validation`, in the words of CreateTable, for more indexes than a table may have. */
function checkCounts(input: Input<typeof overrideMembers>): void {
  const { GlobalSecondaryIndexOverride: global = [], LocalSecondaryIndexOverride: local = [] } = input;
  if (global.length > maxGlobalIndexes)
    throw tooManyError(`GlobalSecondaryIndex count exceeds the per-table limit of ${maxGlobalIndexes}`);
  if (local.length > maxLocalIndexes)
    throw tooManyError(`Number of LocalSecondaryIndexes exceeds per-table limit of ${maxLocalIndexes}`);
}

function tooManyError(text: string): TidemarkError {
  return new TidemarkError('Validation', `One or more parameter values were invalid: ${text}`);
}
