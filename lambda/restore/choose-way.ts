import type { RestoreWay } from '../model/records.ts';
import type { Config } from '../services/config.ts';

/**
 * An import takes minutes however little it is (published: about ten). 1 GiB of items are a million write units or a
 * little more, for which a new on-demand table, with 4000 a second, takes less than five.
 */
export const minImportBytes = 1024 ** 3;

/**
 * The least that an import takes in any region, of compressed objects
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.BestPractices.html). Items of so many
 * bytes surely fit.
 */
export const maxImportBytes = 1e12;

/** All that the choice depends on. */
export interface RestoreFacts extends Pick<Config, 'restoreBy'> {
  /** Of the snapshot. `bytes` is DynamoDB's item size. */
  readonly items: number;
  readonly bytes: number;
  /** How many the target is to have. */
  readonly localIndexes: number;
}

/** How the restored table gets its items, and why so. What an import cannot do is written, whatever is configured. */
export function chooseWay(facts: RestoreFacts): { readonly way: RestoreWay; readonly why: string } {
  const { restoreBy, items, bytes, localIndexes } = facts;
  const writes = (why: string) => ({ way: 'writes', why }) as const;
  if (restoreBy === 'writes') return writes('restoreBy is writes');
  if (localIndexes > 0) return writes('an import makes no local secondary indexes');
  if (items === 0) return writes('there are no items to import');
  if (bytes > maxImportBytes) return writes('more than 1 TB may be more than an import takes');
  if (restoreBy === 'import') return { way: 'import', why: 'restoreBy is import' };
  if (bytes < minImportBytes) return writes('less than 1 GiB is written sooner than imported');
  return { way: 'import', why: '1 GiB or more is imported for less, without write capacity' };
}
