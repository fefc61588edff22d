import type { GlobalSecondaryIndexInfo, LocalSecondaryIndexInfo } from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../model/records.ts';
import type { Config } from '../services/config.ts';
import { TidemarkError } from '../runtime/errors.ts';
import {
  type Billing,
  checkThroughput,
  invalidRequestError,
  maximaOf,
  billingOf,
} from './target-throughput.ts';
import type { RestoreOverrides } from '../model/restore-overrides.ts';

type Indexes = Pick<TableDescription, 'localSecondaryIndexes' | 'globalSecondaryIndexes'>;

/**
 * Plans the target's indexes. Throws `Validation` if the source lacks a requested index, or if the index cannot be made.
 */
export function planIndexes(source: TableDescription, overrides: RestoreOverrides): Indexes {
  const { localSecondaryIndexes: local, globalSecondaryIndexes: global } = overrides;
  const billing = billingOf(source, overrides);
  const indexes = {
    localSecondaryIndexes:
      local?.map((requested) => matchIndex(requested, source.localSecondaryIndexes)) ??
      source.localSecondaryIndexes,
    globalSecondaryIndexes: (
      global?.map((requested) => applyOverride(requested, source, billing)) ?? source.globalSecondaryIndexes
    ).map((index) => setThroughput(index, billing, { isRequested: global !== undefined })),
  };
  checkNames(indexes);
  return indexes;
}

/**
 * Throws `Validation` if a planned index cannot be added to a loaded table: the target is made without its global indexes,
 * and not every database adds indexes of more than two key attributes.
 */
export function checkIndexKeys(
  { globalSecondaryIndexes: global }: Pick<TableDescription, 'globalSecondaryIndexes'>,
  { maxIndexKeys }: Pick<Config, 'maxIndexKeys'>,
): void {
  const tooLarge = global.find(({ KeySchema: keys = [] }) => keys.length > maxIndexKeys);
  if (tooLarge === undefined) return;
  throw invalidRequestError(
    `Index ${tooLarge.IndexName} has ${tooLarge.KeySchema?.length} key attributes, and this database adds indexes of at most ` +
      `${maxIndexKeys} to a table. Restore without it: leave it out of GlobalSecondaryIndexOverride.`,
  );
}

/** Applies the override of one index. An override is complete: throughput that it lacks is not taken from the source. */
function applyOverride(
  requested: GlobalSecondaryIndexInfo,
  source: TableDescription,
  billing: Billing,
): GlobalSecondaryIndexInfo {
  const index = matchIndex(requested, source.globalSecondaryIndexes);
  const { ProvisionedThroughput: provisioned, OnDemandThroughput: onDemand } = requested;
  checkThroughput(billing, { provisioned, onDemand }, requested.IndexName);
  return { ...index, ProvisionedThroughput: provisioned, OnDemandThroughput: onDemand };
}

/**
 * Finds the source index of the same key and projection, and gives it the requested name, which may be a new one.
 */
function matchIndex(
  requested: LocalSecondaryIndexInfo,
  sources: readonly LocalSecondaryIndexInfo[],
): LocalSecondaryIndexInfo {
  const match = sources.find((source) => identityOf(source) === identityOf(requested));
  if (match === undefined) {
    throw invalidRequestError(
      `Index ${requested.IndexName} does not match a secondary index that existed in the source table and cannot be ` +
        'created during the restore operation',
    );
  }
  return { IndexName: requested.IndexName, KeySchema: match.KeySchema, Projection: match.Projection };
}

/**
 * Returns a text that is equal for indexes of the same key and projection, regardless of the order of projected attributes.
 */
function identityOf({ KeySchema: keys = [], Projection: projection }: LocalSecondaryIndexInfo): string {
  return JSON.stringify([
    keys.map(({ AttributeName, KeyType }) => [KeyType, AttributeName]),
    projection?.ProjectionType,
    (projection?.NonKeyAttributes ?? []).toSorted(),
  ]);
}

/**
 * Gives the index only the throughput that belongs to its billing mode. Throws `Validation` if it has none; the message
 * depends on whether the index is the request's or the source's.
 */
function setThroughput(
  { ProvisionedThroughput: provisioned, OnDemandThroughput: onDemand, ...index }: GlobalSecondaryIndexInfo,
  { mode }: Billing,
  { isRequested }: { readonly isRequested: boolean },
): GlobalSecondaryIndexInfo {
  if (mode !== 'PROVISIONED') {
    const maxima = maximaOf(onDemand);
    return maxima === undefined ? index : { ...index, OnDemandThroughput: maxima };
  }
  // DynamoDB describes an index of an on-demand table with zeros.
  if ((provisioned?.ReadCapacityUnits ?? 0) < 1) {
    if (isRequested)
      throw invalidRequestError(`Must specify provisioned throughput for index ${index.IndexName}`);
    throw new TidemarkError(
      'Validation',
      `One or more parameter values were invalid: GlobalSecondaryIndexOverride must be specified for index: ` +
        `${index.IndexName} when BillingModeOverride is PROVISIONED`,
    );
  }
  return { ...index, ProvisionedThroughput: provisioned };
}

/** Throws `Validation`, in the words of CreateTable, if two indexes have one name. */
function checkNames({ localSecondaryIndexes: local, globalSecondaryIndexes: global }: Indexes): void {
  const names = new Set<string | undefined>();
  for (const { IndexName } of [...local, ...global]) {
    if (names.has(IndexName)) {
      throw new TidemarkError(
        'Validation',
        `One or more parameter values were invalid: Duplicate index name: ${IndexName}`,
      );
    }
    names.add(IndexName);
  }
}
