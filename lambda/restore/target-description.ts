import type { SSEDescription, SSESpecification } from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { selectKeyDefinitions } from './key-definitions.ts';
import type { KeptSetting, RestoreOverrides } from '../model/restore-overrides.ts';
import { planIndexes } from './target-indexes.ts';
import { planTableThroughput, billingOf } from './target-throughput.ts';

/**
 * What the restored table will be: the source's description with the overrides, without what DynamoDB's restore leaves
 * off, and only with throughput that goes with its billing mode. Throws `Validation` in the service's words.
 */
export function planTarget(source: TableDescription, overrides: RestoreOverrides): TableDescription {
  const { keySchema, createdAt, sizeBytes, itemCount } = source;
  const throughput = planTableThroughput(source, overrides);
  const indexes = planIndexes(source, overrides);
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

/** The source's settings of these names, as far as it had them. */
function selectKept(
  source: TableDescription,
  names: readonly KeptSetting[],
): Pick<TableDescription, KeptSetting> {
  const settings = names.map((name) => [name, source[name]] as const);
  return Object.fromEntries(settings.filter(([, setting]) => setting !== undefined));
}

/**
 * Undefined is DynamoDB's own key, which needs no description. A key that is named may be so by any of its names; that
 * is where its ARN will be. Throws `Validation` in the words of CreateTable.
 */
function planEncryption({ Enabled, SSEType, KMSMasterKeyId }: SSESpecification): SSEDescription | undefined {
  if (Enabled !== true) {
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
