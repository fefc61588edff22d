import pMap from 'p-map';
import { type BackupSet, isSetOutcome, type SetKey } from '../../model/sets.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import { finishRemoval } from './remove-set.ts';
import { readSet } from './read-set.ts';
import { removeReplaced } from './remove-replaced.ts';
import { memberConcurrency, requestMembers } from './request-members.ts';

/**
 * Continues a set: requests the backups that a crash has left out, records the set's outcome, deletes the sets that it
 * replaces, and finishes its deletion. Any caller may call it at any time; the reconciler does. Returns the set as it is
 * afterwards; undefined if there is none.
 */
export async function advanceBackupSet(
  services: RequestServices,
  key: SetKey,
): Promise<BackupSet | undefined> {
  const set = await noticeEnd(services, key);
  if (set?.status === 'AVAILABLE' && set.replaces !== undefined) {
    if (await removeReplaced(services, set)) await services.catalog.sets.close(set);
  }
  if (set?.status === 'DELETING') await finishRemoval(services, set);
  return set;
}

/**
 * Requests the missing backups of a set that is CREATING, and records the set's outcome if all of them have ended. Returns
 * the set as it is afterwards; undefined if there is none.
 */
export async function noticeEnd(services: RequestServices, key: SetKey): Promise<BackupSet | undefined> {
  const { catalog, clock, config } = services;
  const record = await catalog.sets.get(key);
  if (record === undefined) return undefined;
  if (record.status !== 'CREATING') return readSet(services, record);
  // The first request may still be requesting them.
  if (clock.now() - record.marker >= config.reconcileGraceMs) await requestMembers(services, record);
  const set = await readSet(services, record);
  if (isSetOutcome(set.status)) await endSet(services, set);
  return set;
}

/** Records the outcome of each member, then that of the set. */
async function endSet({ catalog }: Pick<RequestServices, 'catalog'>, set: BackupSet): Promise<void> {
  const { status, figures, kind, members, replaces } = set;
  if (!isSetOutcome(status) || figures === undefined) return;
  await pMap(
    members.filter(({ backup }) => backup !== undefined),
    (member) => catalog.sets.endMember(set, member),
    { concurrency: memberConcurrency },
  );
  const isDone = status !== 'AVAILABLE' || replaces === undefined;
  await catalog.sets.end(set, status, { figures, kind, isDone });
}
