import type { SetKey, SetRecord } from '../../model/sets.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import { noticeEnd } from './advance-set.ts';
import { findSet } from './find-set.ts';
import { checkNotRead, removeSet } from './remove-set.ts';

export interface DeleteBackupSetInput extends SetKey {
  /** The key that all attempts of one call share: repeats get the answer of the first one. */
  readonly requestKey?: string;
  /** Who deletes the set, for its record and those of its backups. */
  readonly requestedBy?: string;
  /** Makes all checks and deletes nothing. */
  readonly dryRun?: boolean;
}

/**
 * Deletes a set with all of its backups, and returns it as it was. Throws `SetNotFound`, `SetInUse` while the set is being
 * made, and, before it deletes anything, `BackupInUse` while a restore reads one of the backups.
 */
export async function deleteBackupSet(
  services: RequestServices,
  { name, id, requestKey, requestedBy, dryRun = false }: DeleteBackupSetInput,
): Promise<SetRecord> {
  const key = { name, id };
  const before = await services.catalog.sets.get(key);
  if (requestKey !== undefined && before?.deletedFor === requestKey) return before;
  await findSet(services, key);
  // The last backup of the set may have ended, but nothing has recorded that yet.
  await noticeEnd(services, key);
  const set = await findSet(services, key);
  if (set.status === 'CREATING') {
    throw new TidemarkError('SetInUse', `Backup set ${name}/${id} is being made. Wait until it has ended`);
  }
  const deletion = {
    ...(requestedBy !== undefined && { deletedBy: requestedBy }),
    ...(requestKey !== undefined && { deletedFor: requestKey }),
  };
  if (dryRun) await checkNotRead(services, set);
  else await removeSet(services, set, deletion);
  return set;
}
