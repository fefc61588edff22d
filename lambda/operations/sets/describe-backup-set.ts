import type { BackupSet, SetKey } from '../../model/sets.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import { findSet } from './find-set.ts';
import { readSet } from './read-set.ts';

/** Describes a set with its members, its progress and, once its last backup has ended, its outcome. Throws `SetNotFound`. */
export async function describeBackupSet(
  services: Pick<RequestServices, 'catalog'>,
  key: SetKey,
): Promise<BackupSet> {
  return readSet(services, await findSet(services, key));
}
