import { isError } from '../../runtime/errors.ts';
import { type ListedSet, parseSetId, type SetId } from '../../model/sets.ts';
import { maySee } from '../access-keys.ts';
import { listSets } from '../list-sets.ts';
import type { ActionContext } from './action.ts';
import { backupNotFoundError } from './errors.ts';
import { invalidParameterError } from './rds-error.ts';
import type { RdsAnswer } from './render.ts';

/**
 * Finds the tables of an instance, which is a group of tables or one table; with `names`, only these. Throws
 * `GroupNotFound`, and `RdsError` if the instance lacks a named table.
 */
export async function findInstanceTables(
  { operations }: ActionContext,
  instance: string,
  names?: readonly string[],
): Promise<readonly string[]> {
  const { tables } = await operations.resolveTableGroup({ name: instance });
  const foreign = names?.find((name) => !tables.includes(name));
  if (foreign !== undefined) throw invalidParameterError('DBName', `The instance has no table ${foreign}.`);
  return names ?? tables;
}

/** Lists the names of the instances that the key may name; with `only`, just this name if it exists. */
export async function listInstances(
  { operations, key }: ActionContext,
  only: string | undefined,
): Promise<readonly string[]> {
  if (only === undefined) {
    const names = await operations.listTableGroups();
    return names.filter((name) => maySee(key, name));
  }
  try {
    await operations.resolveTableGroup({ name: only });
    return [only];
  } catch (error) {
    if (isError(error, 'GroupNotFound')) return [];
    throw error;
  }
}

/** Describes an instance. Whether it can be backed up is checked only when a backup is requested. */
export function describeInstance({ region }: ActionContext, name: string): RdsAnswer {
  return {
    DBInstanceId: name,
    DBInstanceDescription: '',
    DBInstanceStatus: 'Running',
    DBInstanceType: 'Primary',
    Engine: 'DynamoDB',
    EngineVersion: '2012-08-10',
    RegionId: region,
  };
}

/** Finds the set of a job or backup. Returns an empty list if the instance has no such set. */
export async function findSet(
  { operations }: ActionContext,
  instance: string,
  id: string,
): Promise<readonly ListedSet[]> {
  const setId = readSetId(instance, id);
  if (setId === undefined) return [];
  try {
    const set = await operations.describeBackupSet({ name: instance, id: setId });
    return isOf(instance, set) ? [set] : [];
  } catch (error) {
    if (isError(error, 'SetNotFound')) return [];
    throw error;
  }
}

/** True for a set of the instance. Another dialect may have a set of the same name, but of other tables. */
function isOf(instance: string, { group }: ListedSet): boolean {
  return group === instance;
}

/** Reads the id of a set. Terraform writes it after the instance, as in `orders:17`. */
function readSetId(instance: string, text: string): SetId | undefined {
  const prefix = `${instance}:`;
  try {
    return parseSetId(text.startsWith(prefix) ? text.slice(prefix.length) : text);
  } catch (error) {
    if (isError(error, 'IdInvalid')) return undefined;
    throw error;
  }
}

/** At most this many sets are read for one request: those of a year and a half, at 20 a day. */
const maxSets = 10_000;

/** How far the order of sets may differ from that of their times: clocks differ, and a request takes a while. */
const disorderMs = 60 * 60 * 1000;

/** Reads the sets of an instance that were requested at `since` (epoch ms) or later, the newest first, at most `maxSets`. */
export async function readSets(
  { operations }: ActionContext,
  instance: string,
  since: number,
): Promise<readonly ListedSet[]> {
  const sets: ListedSet[] = [];
  let read = 0;
  for await (const set of listSets(operations, instance)) {
    if (set.marker < since - disorderMs || read++ === maxSets) break;
    if (isOf(instance, set) && set.marker >= since) sets.push(set);
  }
  return sets;
}

/** Finds the set of an instance that is being made. Sets of a name are made one after another, so it is the newest. */
export async function findRunningSet(
  { operations }: ActionContext,
  instance: string,
): Promise<readonly ListedSet[]> {
  const { sets } = await operations.listBackupSets({ name: instance, limit: 1, newestFirst: true });
  return sets.filter((set) => isOf(instance, set));
}

/**
 * Deletes sets of an instance. Before any is deleted, throws `RdsError` if one does not exist, `SetInUse` if one is being made,
 * and `BackupInUse` if a restore reads one.
 */
export async function deleteSets(
  context: ActionContext,
  instance: string,
  ids: readonly string[],
): Promise<void> {
  const { operations, key } = context;
  const found = await Promise.all(ids.map((id) => findSet(context, instance, id)));
  if (found.some((sets) => sets.length === 0)) throw backupNotFoundError();
  // The action answers for all ids at once, so its caller could not know which of them are deleted.
  for (const dryRun of [true, false]) {
    for (const { name, id } of found.flat()) {
      await operations.deleteBackupSet({ name, id, dryRun, requestedBy: `rds/${key.id}` });
    }
  }
}
