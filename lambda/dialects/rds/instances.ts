import { isError } from '../../runtime/errors.ts';
import { parseSetId, type SetId } from '../../model/sets.ts';
import type { ActionContext } from './action.ts';
import type { ListedSet } from './encode-set.ts';
import { backupNotFound } from './errors.ts';
import { invalidParameter } from './rds-error.ts';

/** Finds the tables of an instance, or those of them that a request names. Throws `RdsError` and `TableNotFound`. */
export async function findTables(
  _: ActionContext,
  instance: string,
  names: readonly string[] | undefined,
): Promise<readonly string[]> {
  const tables = [instance];
  const foreign = names?.find((name) => !tables.includes(name));
  if (foreign !== undefined) throw invalidParameter('DBName', `The instance has no table ${foreign}.`);
  return names ?? tables;
}

/** Finds the set of a job or backup. Returns none if the instance has no such set. */
export async function findSet(
  { operations }: ActionContext,
  instance: string,
  id: string,
): Promise<readonly ListedSet[]> {
  const setId = readSetId(instance, id);
  if (setId === undefined) return [];
  try {
    return [await operations.describeBackupSet({ name: instance, id: setId })];
  } catch (error) {
    if (isError(error, 'SetNotFound')) return [];
    throw error;
  }
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

/** How many sets are read at a time. */
const pageSize = 500;

/** Reads all sets of an instance, the newest first. There are at most 20 a day. */
export async function readSets(
  { operations }: ActionContext,
  instance: string,
): Promise<readonly ListedSet[]> {
  const sets: ListedSet[] = [];
  let after: ListedSet | undefined;
  for (;;) {
    const page = await operations.listBackupSets({
      name: instance,
      limit: pageSize,
      newestFirst: true,
      ...(after !== undefined && { after: { name: after.name, id: after.id } }),
    });
    sets.push(...page.sets);
    if (page.last === undefined) return sets;
    after = page.sets.at(-1);
  }
}

/** Deletes sets of an instance. Throws `RdsError` if there is no such set, before any is deleted. */
export async function deleteSets(
  context: ActionContext,
  instance: string,
  ids: readonly string[],
): Promise<void> {
  const found = await Promise.all(ids.map((id) => findSet(context, instance, id)));
  if (found.some((sets) => sets.length === 0)) throw backupNotFound();
  for (const { name, id } of found.flat()) {
    await context.operations.deleteBackupSet({ name, id });
  }
}
