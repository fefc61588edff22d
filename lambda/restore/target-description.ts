import type { SSEDescription, SSESpecification } from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { selectKeyDefinitions } from './key-definitions.ts';
import type { KeptSetting, RestoreOverrides } from '../model/restore-overrides.ts';
import { repairSource } from './repair-source.ts';
import { planIndexes } from './target-indexes.ts';
import { planTableThroughput, billingOf } from './target-throughput.ts';

/**
 * Plans the restored table: the source's description with the overrides, without the settings that DynamoDB's restore
 * leaves off, and only with throughput that fits its billing mode. Missing throughput in the source's description is
 * repaired. Throws `Validation` in DynamoDB's words.
 */
export function planTarget(source: TableDescription, overrides: RestoreOverrides): TableDescription {
  const { keySchema, createdAt, sizeBytes, itemCount } = source;
  const throughput = planTableThroughput(source, overrides);
  const indexes = planIndexes(repairSource(source, overrides), overrides);
  const sse = overrides.sse === undefined ? source.sse : planEncryption(overrides.sse);
  return {
    keySchema,
    attributeDefinitions: selectKeyDefinitions(source, [
      keySchema,
      ...[...indexes.localSecondaryIndexes, ...indexes.globalSecondaryIndexes].map(
        ({ KeySchema }) => KeySchema,
      ),
    ]),
    createdAt,
    sizeBytes,
    itemCount,
    billingMode: billingOf(source, overrides).mode,
    ...throughput,
    ...indexes,
    ...(sse && { sse }),
    ...selectKept(source, overrides.keep ?? []),
  };
}

/** Selects the source's settings of these names; a setting that the source does not have is left out. */
function selectKept(
  source: TableDescription,
  names: readonly KeptSetting[],
): Pick<TableDescription, KeptSetting> {
  const settings = names.map((name) => [name, source[name]] as const);
  return Object.fromEntries(settings.filter(([, setting]) => setting !== undefined));
}

/**
 * Turns the requested encryption into a description. Undefined stands for DynamoDB's own key, which needs none. A
 * request may name a key by its id, alias or ARN: the description carries that name in place of the ARN. Throws
 * `Validation` in the words of CreateTable.
 */
function planEncryption({ Enabled, SSEType, KMSMasterKeyId }: SSESpecification): SSEDescription | undefined {
  // SSEType alone enables the encryption too.
  if (Enabled !== true && !(Enabled === undefined && SSEType === 'KMS')) {
    if (SSEType !== undefined) throw invalidSseError('SSEType can not be specified if Enabled is false');
    if (KMSMasterKeyId !== undefined)
      throw invalidSseError('KMSMasterKeyId can not be specified if Enabled is false');
    return undefined;
  }
  if (SSEType === 'AES256') throw invalidSseError('SSEType AES256 is not supported');
  if (SSEType === undefined && KMSMasterKeyId !== undefined)
    throw invalidSseError('SSEType KMS is required if KMSMasterKeyId is specified');
  return {
    Status: 'ENABLED',
    SSEType: 'KMS',
    ...(KMSMasterKeyId !== undefined && { KMSMasterKeyArn: KMSMasterKeyId }),
  };
}

function invalidSseError(text: string): TidemarkError {
  return new TidemarkError('Validation', `One or more parameter values were invalid: ${text}`);
}
