import {
  isSetOutcome,
  parseSetId,
  type BackupSet,
  type ListedSet,
  type SetKey,
  type SetRecord,
} from '../../model/sets.ts';
import type { Kind } from '../../model/records.ts';
import type { Operations } from '../../operations/operations.ts';
import { isError } from '../../runtime/errors.ts';
import { type AccessKey, maySee } from '../access-keys.ts';
import { listSets } from '../list-sets.ts';
import type { EndpointContext } from './endpoint.ts';
import { KineticaError } from './kinetica-error.ts';
import { mayName } from './objects.ts';

/*
 * In this API a backup is a name; its snapshots are the backup sets of that name, and a snapshot's id is that of its set.
 */

/** More snapshots than one answer can show. */
const maxSnapshots = 5000;

/** True for a name that is empty or ends in a star: it matches several backups. */
export function isPattern(name: string): boolean {
  return name === '' || name.endsWith('*');
}

/**
 * Lists the snapshots of the backups that a name or pattern matches, the newest first: `` and `*` match all names, `abc*`
 * those that begin with `abc`. Leaves out snapshots that the key may not see.
 */
export async function listSnapshots(
  operations: Operations,
  key: AccessKey,
  name: string,
): Promise<readonly ListedSet[]> {
  const found: ListedSet[] = [];
  for await (const set of findSnapshots(operations, key, name)) {
    if (found.length === maxSnapshots) {
      throw new KineticaError(`More than ${maxSnapshots} snapshots: name a backup, or one snapshot of it`);
    }
    found.push(set);
  }
  return found;
}

/** Lists the same snapshots as `listSnapshots`, without a limit: it reads each page when it is needed. */
export async function* findSnapshots(
  operations: Operations,
  key: AccessKey,
  name: string,
): AsyncGenerator<ListedSet> {
  const prefix = isPattern(name) ? name.slice(0, -1) : undefined;
  for await (const set of listSets(operations, prefix === undefined ? name : undefined)) {
    if (set.name.startsWith(prefix ?? '') && maySeeSet(key, set)) yield set;
  }
}

/** Finds the latest snapshot of a backup that can be restored, at least in part, and that the key may see. */
async function findLatest(
  operations: Operations,
  key: AccessKey,
  name: string,
): Promise<ListedSet | undefined> {
  for await (const set of listSets(operations, name)) if (isUsable(set) && maySeeSet(key, set)) return set;
  return undefined;
}

/**
 * Finds the snapshot whose objects the next one of a backup has: the latest full one with items that can be restored, at least
 * in part. If there is none, the latest one of settings alone, or else the oldest one. Leaves out those that the key may
 * not see.
 */
export async function findBase(
  operations: Operations,
  key: AccessKey,
  name: string,
): Promise<ListedSet | undefined> {
  let ofSettings: ListedSet | undefined;
  let oldest: ListedSet | undefined;
  for await (const set of listSets(operations, name)) {
    if (!isUsable(set) || !maySeeSet(key, set)) continue;
    if (set.source === 'settings') ofSettings ??= set;
    else if (set.kind === 'full') return set;
    oldest = set;
  }
  return ofSettings ?? oldest;
}

/**
 * Throws `KineticaError` if the key may not see the latest snapshot of a backup. Names are shared by all keys,
 * and a snapshot may replace earlier ones of its name.
 */
export async function checkName(operations: Operations, key: AccessKey, name: string): Promise<void> {
  const { sets } = await operations.listBackupSets({ name, limit: 1, newestFirst: true });
  if (sets.every((set) => maySeeSet(key, set))) return;
  throw new KineticaError(`Another key has a backup ${name}: choose another backup_name`);
}

/** True if the key may see a set: the group or name that it was requested for, or each of its tables. */
function maySeeSet(key: AccessKey, { group, tables }: SetRecord): boolean {
  return (group !== undefined && maySee(key, group)) || tables.every((table) => mayName(key, table));
}

/** True for a snapshot that can be restored, at least in part. */
export function isUsable({ status }: SetRecord): boolean {
  return status === 'AVAILABLE' || status === 'PARTIAL';
}

/**
 * Finds a snapshot of a backup by its id, or the latest usable one if the id is empty. Throws `KineticaError` if there is
 * none.
 */
export async function findSnapshot(
  operations: Operations,
  key: AccessKey,
  name: string,
  id: string,
): Promise<BackupSet> {
  if (isPattern(name)) throw new KineticaError('backup_name must be the name of one backup');
  const wanted = id === '' ? undefined : readSnapshotId(id);
  const setId = wanted ?? (await findLatest(operations, key, name))?.id;
  if (setId === undefined) throw backupNotFoundError(name);
  try {
    const set = await operations.describeBackupSet({ name, id: setId });
    if (maySeeSet(key, set)) return set;
  } catch (error) {
    if (!isError(error, 'SetNotFound')) throw error;
  }
  throw new KineticaError(`Backup ${JSON.stringify(name.slice(0, 255))} has no snapshot ${setId}`);
}

export function backupNotFoundError(name: string): KineticaError {
  return new KineticaError(`There is no backup ${JSON.stringify(name.slice(0, 255))}`);
}

/** Reads the id of a snapshot. Throws `KineticaError`. */
export function readSnapshotId(text: string): ReturnType<typeof parseSetId> {
  try {
    return parseSetId(text);
  } catch {
    throw new KineticaError('backup_id must be the number of a snapshot');
  }
}

/** Names the type of a snapshot for its callers. Each is complete by itself, so the oldest remaining one counts as full. */
export function typeOf({ name, kind = 'full', id }: ListedSet, all: readonly ListedSet[]): Kind {
  const oldest = all.findLast((set) => set.name === name && isUsable(set));
  return oldest?.id === id ? 'full' : kind;
}

/**
 * Deletes snapshots, one after another. Throws `KineticaError` with what remains if there is no time for all: a repeat of the
 * request continues.
 */
export async function deleteSnapshots(
  { operations, key, clock, until }: Pick<EndpointContext, 'operations' | 'key' | 'clock' | 'until'>,
  snapshots: AsyncIterable<SetKey> | Iterable<SetKey>,
): Promise<number> {
  let deleted = 0;
  for await (const { name, id } of snapshots) {
    if (clock.now() >= until) {
      throw new KineticaError(
        `${deleted} snapshots are deleted, and more remain than a request has time for: repeat the request to continue`,
      );
    }
    await operations.deleteBackupSet({ name, id, requestedBy: `kinetica/${key.id}` });
    deleted++;
  }
  return deleted;
}

/** Describes, for each table of a set that has no backup, why it has none. */
export function describeFailures({ members }: BackupSet): string {
  const failed = members.filter(({ status }) => status === 'FAILED');
  return failed.map(({ table, reason = 'no reason is known' }) => `${table}: ${reason}`).join('; ');
}

/** Waits until a set has ended, at most until a time (epoch ms). Returns its state at that time. */
export async function waitForEnd(
  operations: Operations,
  clock: { readonly now: () => number; readonly sleep: (milliseconds: number) => Promise<void> },
  set: BackupSet,
  until: number,
): Promise<BackupSet> {
  let seen = set;
  while (!isSetOutcome(seen.status) && clock.now() < until) {
    await clock.sleep(pollMs);
    seen = await operations.describeBackupSet({ name: set.name, id: set.id });
  }
  return seen;
}

/** How long to wait between two checks of running work. */
export const pollMs = 500;
