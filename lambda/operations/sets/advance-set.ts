import pMap from 'p-map';
import { type BackupSet, isSetOutcome, type SetKey } from '../../model/sets.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import { readSet } from './read-set.ts';
import { memberConcurrency, requestMembers } from './request-members.ts';

/**
 * Does what is next for a set, if anything: requests backups that a crash kept it from requesting, and records how it
 * ended. Any caller may do this at any time. Returns the set as it is then; undefined if there is none.
 */
export async function advanceSet(services: RequestServices, key: SetKey): Promise<BackupSet | undefined> {
  const { catalog, clock, config } = services;
  const record = await catalog.sets.get(key);
  if (record === undefined) return undefined;
  if (record.status !== 'CREATING') return readSet(services, record);
  // The request itself may be about to request them.
  if (clock.now() - record.marker >= config.reconcileGraceMs) await requestMembers(services, record);
  const set = await readSet(services, record);
  if (isSetOutcome(set.status)) await endSet(services, set);
  return set;
}

/** Records how a set ended, each of its members first. */
async function endSet({ catalog }: Pick<RequestServices, 'catalog'>, set: BackupSet): Promise<void> {
  const { status, figures, kind, members } = set;
  if (!isSetOutcome(status) || figures === undefined) return;
  await pMap(
    members.filter(({ backup }) => backup !== undefined),
    (member) => catalog.sets.endMember(set, member),
    { concurrency: memberConcurrency },
  );
  await catalog.sets.end(set, status, { figures, kind, isDone: true });
}
