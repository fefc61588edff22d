import type { RestoreWay } from '../model/records.ts';
import type { Config } from '../services/config.ts';

/**
 * The size of the smallest snapshot that is imported. An import takes minutes even for little data (about ten, by published
 * reports). 1 GiB of items needs a million write units or a little more: less than five minutes for a new on-demand
 * table, which takes 4,000 a second.
 */
export const minImportBytes = 1024 ** 3;

/**
 * The size of the largest snapshot that is imported. It is the smallest regional limit on the compressed objects of an
 * import (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.BestPractices.html), so items of
 * this size fit in every region.
 */
export const maxImportBytes = 1e12;

/** Everything that the choice depends on. */
export interface RestoreFacts extends Pick<Config, 'restoreBy'> {
  /** The snapshot's items, and their size as DynamoDB measures it. */
  readonly items: number;
  readonly bytes: number;
  /** The number of local secondary indexes that the target will have. */
  readonly localIndexes: number;
}

/**
 * Chooses how the restored table gets its items. If an import cannot make the table, its items are written, even with
 * `restoreBy: import`.
 */
export function chooseWay(facts: RestoreFacts): { readonly way: RestoreWay; readonly why: string } {
  const { restoreBy, items, bytes, localIndexes } = facts;
  const writes = (why: string) => ({ way: 'writes', why }) as const;
  if (restoreBy === 'writes') return writes('restoreBy is writes');
  if (localIndexes > 0) return writes('an import makes no local secondary indexes');
  if (items === 0) return writes('there are no items to import');
  if (bytes > maxImportBytes) return writes('an import may not accept more than 1 TB');
  if (restoreBy === 'import') return { way: 'import', why: 'restoreBy is import' };
  if (bytes < minImportBytes) return writes('writing less than 1 GiB is faster than importing it');
  return { way: 'import', why: 'importing 1 GiB or more is cheaper and needs no write capacity' };
}
