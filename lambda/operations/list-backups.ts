import type { BackupKey } from '../model/backup-arn.ts';
import type { ListQuery } from '../catalog/backups.ts';
import type { BackupRecord } from '../model/records.ts';
import type { RequestServices } from '../services/operation-services.ts';

export type ListBackupsInput = ListQuery;

export interface BackupPage {
  /** Oldest first. */
  readonly backups: readonly BackupRecord[];
  /** Where to go on; absent if nothing follows. */
  readonly last?: BackupKey & { readonly arn: string };
}

/** One more than asked for is read, so that a page that is exactly full and the last one has no cursor. */
export async function listBackups(
  services: Pick<RequestServices, 'catalog'>,
  input: ListBackupsInput,
): Promise<BackupPage> {
  const found = await services.catalog.backups.list({ ...input, limit: input.limit + 1 });
  const backups = found.slice(0, input.limit);
  const last = backups.at(-1);
  if (last === undefined || found.length <= input.limit) return { backups };
  return { backups, last: { table: last.table.name, id: last.id, arn: last.arn } };
}
