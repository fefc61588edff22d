import type { BackupRecord, Head, Source } from '../model/records.ts';
import { reasonOf, TidemarkError } from '../runtime/errors.ts';
import { isStillBusy } from '../runtime/throttling.ts';
import { isDeleted } from '../tables/table.ts';
import type { Services } from '../services/services.ts';
import { type Facts, type Parent, refuse, type Situation } from '../sources/source.ts';
import { chooseSource, listCandidates, type Reasoned, type Wish } from './choose-source.ts';
import { findBackupTable } from './find-table.ts';
import { findFormerHeads, findHead } from './parents.ts';
import { sources } from './sources.ts';

/** A backup that is looking for its source. */
export interface Search {
  readonly backup: BackupRecord;
  readonly head: Head | undefined;
  /** Epoch ms at which the backup took the turn. The backup may wait days for the turn, so limits count from here. */
  readonly since: number;
  /** The reason, if the backup starts over because a snapshot turned out to be unusable. Then it continues no snapshot. */
  readonly startsOver: string | undefined;
  /** Pins the parent, or returns why it cannot be continued: then the backup must choose again. */
  readonly pin: (parent: Pick<Parent, 'id'>) => Promise<string | undefined>;
}

/**
 * Finds the source of a backup and the parent, which it pins. The choice depends on the table, its snapshots, the
 * request and the configuration. Undefined while a stream or point-in-time recovery is being enabled, or while DynamoDB
 * throttles the calls that examine the table: the caller tries again later. Throws `TableNotFound`,
 * `ContinuousBackupsUnavailable`.
 */
export async function findSource(services: Services, search: Search): Promise<Reasoned | undefined> {
  try {
    return await askSources(services, search);
  } catch (error) {
    if (!isStillBusy(error, services.clock.now() - search.since)) throw error;
    services.log.warn('no room to look for a source', {
      backup: search.backup.id,
      reason: reasonOf(error),
    });
    return undefined;
  }
}

const unknown: Facts = { stream: undefined, recovery: undefined };

/**
 * Lets one candidate after another examine the table, and chooses by the facts found so far. A later candidate examines
 * the table only if the earlier ones allow no backup, so that nothing is enabled for a source that is not used.
 */
async function askSources(services: Services, search: Search): Promise<Reasoned | undefined> {
  const { backup } = search;
  const table = await findBackupTable(services, backup);
  const wish: Wish = {
    requested: backup.source === 'native' ? undefined : backup.source,
    base: backup.base ?? services.config.base,
  };
  const situation: Situation = {
    table: backup.table.name,
    now: services.clock.now(),
    marker: backup.asOf ?? backup.marker,
    onlyIncrement: backup.asOf !== undefined || isDeleted(table),
    parents: [],
    config: services.config,
    ...unknown,
  };
  const facts: Facts = { ...unknown };
  let choice: Reasoned | undefined;
  const candidates = listCandidates(wish, situation.onlyIncrement);
  for (const name of isDeleted(table) ? candidates.filter((each) => each === 'stream') : candidates) {
    const found = await sources[name].look(services, { table, requestedAt: backup.marker });
    if (found === 'wait') return undefined;
    Object.assign(facts, found);
    const parents = await findParents(services, search, name);
    choice = await choosePinned(wish, { ...situation, ...facts, parents }, search);
    if ('origin' in choice)
      return isDeleted(table) ? { ...choice, why: [deletedWhy, ...choice.why] } : choice;
  }
  const { why, ...refusal } = choice ?? chooseSource(wish, situation);
  return isDeleted(table) ? { ...refuse(deletedError(backup.table.name)), why } : { ...refusal, why };
}

const deletedWhy = 'the table was deleted after the request: only its stream can be read';

function deletedError(table: string): TidemarkError {
  return new TidemarkError(
    'TableNotFound',
    `Table not found: ${table}. It was deleted before this backup had read it. Only its stream could still be read, and ` +
      'it does not hold every change since an earlier backup. Restore an earlier backup',
  );
}

/** Finds the snapshots that may be continued: the head alone, or former heads too if the source or an earlier time needs them. */
async function findParents(
  services: Services,
  { backup, head, startsOver }: Search,
  name: Source,
): Promise<readonly Parent[]> {
  if (startsOver !== undefined) return [];
  const includesOlder = backup.asOf !== undefined || sources[name].continuesOlder;
  return includesOlder ? findFormerHeads(services, backup) : findHead(services, backup, head);
}

/** Chooses, and pins the parent of the choice. If the parent cannot be pinned, it chooses again without that parent. */
async function choosePinned(
  wish: Wish,
  situation: Situation,
  { pin, startsOver }: Search,
): Promise<Reasoned> {
  const unusable: string[] = startsOver === undefined ? [] : [`starts over: ${startsOver}`];
  for (let { parents } = situation; ;) {
    const choice = chooseSource(wish, { ...situation, parents });
    const parent = 'origin' in choice ? choice.parent : undefined;
    const why = [...unusable, ...choice.why];
    const fault = parent && (await pin(parent));
    if (parent === undefined || fault === undefined) return { ...choice, why };
    unusable.push(`${parent.id}: ${fault}`);
    parents = parents.filter(({ id }) => id !== parent.id);
  }
}
