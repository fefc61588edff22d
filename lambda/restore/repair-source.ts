import type { GlobalSecondaryIndexInfo } from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../model/records.ts';
import type { RestoreOverrides } from '../model/restore-overrides.ts';

/**
 * Completes a source's description from which no table could be made: an index that has no throughput, although its table is
 * provisioned, gets the table's. The embedded database describes indexes without throughput after a change of the billing
 * mode.
 */
export function repairSource(source: TableDescription, overrides: RestoreOverrides): TableDescription {
  const throughput = overrides.provisionedThroughput ?? source.provisionedThroughput;
  return {
    ...source,
    globalSecondaryIndexes: source.globalSecondaryIndexes.map((index) =>
      lacksThroughput(source, index) ? { ...index, ProvisionedThroughput: throughput } : index,
    ),
  };
}

/** Lists the names of the target's indexes whose throughput is missing in the source's description. */
export function listRepairedIndexes(
  source: TableDescription,
  { billingMode, globalSecondaryIndexes }: RestoreOverrides,
): string[] {
  if (billingMode === 'PAY_PER_REQUEST' || globalSecondaryIndexes !== undefined) return [];
  return source.globalSecondaryIndexes
    .filter((index) => lacksThroughput(source, index))
    .map(({ IndexName }) => String(IndexName));
}

function lacksThroughput(
  { billingMode }: TableDescription,
  { ProvisionedThroughput: throughput }: GlobalSecondaryIndexInfo,
): boolean {
  return billingMode === 'PROVISIONED' && (throughput?.ReadCapacityUnits ?? 0) < 1;
}
