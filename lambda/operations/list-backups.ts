import { type BackupKey, isSameRegion } from '../model/backup-arn.ts';
import type { ListQuery } from '../catalog/backups.ts';
import type { BackupRecord } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { RequestServices } from '../services/operation-services.ts';

export type ListBackupsInput = ListQuery;

export interface BackupPage {
  /** Oldest first. */
  readonly backups: readonly BackupRecord[];
  /** The last record that this page has read, after which the next page continues; absent on the last page. */
  readonly last?: BackupKey & { readonly arn: string };
}

/**
 * Lists one page of backups. Reads one backup more than `limit`, so that a full page that is the last has no cursor. A page
 * that found few backups among many records that are not listed is short, even empty, and has a cursor.
 * Throws `Validation` for a cursor of another region.
 */
export async function listBackups(
  { catalog, config }: Pick<RequestServices, 'catalog' | 'config'>,
  input: ListBackupsInput,
): Promise<BackupPage> {
  if (!isSameRegion(input.after?.arn ?? '', config.catalogArn)) {
    throw new TidemarkError(
      'Validation',
      'Invalid Request: The supplied ExclusiveStartBackupArn does not match the region',
    );
  }
  const read = await catalog.backups.list({ ...input, limit: input.limit + 1 });
  const backups = read.backups.slice(0, input.limit);
  const last = read.backups.length > input.limit ? backups.at(-1) : read.upTo;
  if (last === undefined) return { backups };
  return { backups, last: { table: last.table.name, id: last.id, arn: last.arn } };
}
