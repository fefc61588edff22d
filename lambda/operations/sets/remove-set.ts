import pMap from 'p-map';
import type { Deletion } from '../../catalog/snapshots.ts';
import type { SetKey, SetRecord } from '../../model/sets.ts';
import { isError, TidemarkError } from '../../runtime/errors.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import { endBackup } from '../delete-backup.ts';
import { memberConcurrency } from './request-members.ts';

type RemovalServices = Pick<RequestServices, 'catalog' | 'native'>;

/**
 * Deletes a set that has ended, with all of its backups. First takes the set out of every list. Throws `BackupInUse`, and
 * deletes nothing, while a restore reads one of the backups; `SetNotFound` if another caller is deleting the set. Returns
 * false if a restore began in the meantime: then the reconciler deletes the rest.
 */
export async function removeSet(
  services: RemovalServices,
  set: SetRecord,
  deletion: Deletion,
): Promise<boolean> {
  await checkNotRead(services, set);
  if (!(await services.catalog.sets.beginDeleting(set, deletion))) {
    throw new TidemarkError('SetNotFound', `Backup set not found: ${set.name}/${set.id}`);
  }
  return finishRemoval(services, { ...set, ...deletion });
}

/**
 * Deletes the remaining backups of a set that is being deleted. Their records name the caller who deleted the set. Returns
 * false while one of them is in use.
 */
export async function finishRemoval(
  { catalog, native }: RemovalServices,
  set: SetKey & Pick<SetRecord, 'deletedBy'>,
): Promise<boolean> {
  const { deletedBy } = set;
  const members = await catalog.sets.readMembers(set);
  const removed = await pMap(
    members,
    async ({ table, backup: id }) => {
      const backup = id === undefined ? undefined : await catalog.backups.get({ table, id });
      if (backup === undefined || backup.status === 'DELETED') return true;
      try {
        await endBackup({ catalog, native }, backup, { ...(deletedBy !== undefined && { deletedBy }) });
        return true;
      } catch (error) {
        if (isError(error, 'BackupInUse')) return false;
        if (isError(error, 'BackupNotFound')) return true;
        throw error;
      }
    },
    { concurrency: memberConcurrency },
  );
  if (!removed.every(Boolean)) return false;
  await catalog.sets.finishDeleting(set);
  return true;
}

/** Throws `BackupInUse` if a restore reads a backup of the set. */
export async function checkNotRead({ catalog }: RemovalServices, set: SetRecord): Promise<void> {
  const members = await catalog.sets.readMembers(set);
  await pMap(
    members,
    async ({ table, backup: id, backupArn }) => {
      const snapshot = id === undefined ? undefined : await catalog.snapshots.get({ table, id });
      if (snapshot?.restores === undefined) return;
      throw new TidemarkError('BackupInUse', `Backup is being used to restore table: ${backupArn}`);
    },
    { concurrency: memberConcurrency },
  );
}
