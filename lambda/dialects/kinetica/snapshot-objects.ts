import type { ListedSet, SetRequest } from '../../model/sets.ts';
import type { AccessKey } from '../access-keys.ts';
import type { EndpointContext } from './endpoint.ts';
import { KineticaError } from './kinetica-error.ts';
import { checkMayName, findSettingsOf, findNamedTables, findSchemaTables, readObjects } from './objects.ts';

/** The tables of a snapshot. */
export interface SnapshotObjects extends Pick<SetRequest, 'tables' | 'group' | 'streamsOf'> {
  /** The objects are settings of tables without the tables themselves. */
  readonly settingsAlone: boolean;
  /** The tables of the backup that no longer exist. The snapshot is complete without them. */
  readonly missing: readonly string[];
}

/** Finds the objects that the map of a full snapshot names. Throws `KineticaError`. */
export async function findNamedObjects(
  { operations, key }: Pick<EndpointContext, 'operations' | 'key'>,
  map: Readonly<Record<string, string>>,
): Promise<SnapshotObjects> {
  const objects = readObjects(map);
  const { tables: named, schemas, monitors } = objects;
  const found = await findNamedTables(operations, key, objects);
  const settings = findSettingsOf(objects, found);
  const settingsAlone = found.length === 0;
  if (!settingsAlone && settings.length > 0) {
    throw new KineticaError(
      `The settings of a table are stored with the table: name ${settings.join(', ')} as table too, or make another backup of the settings alone`,
    );
  }
  const [schema] = schemas;
  return {
    tables: settingsAlone ? settings : found,
    settingsAlone,
    missing: [],
    ...(monitors.length > 0 && { streamsOf: monitors.toSorted((a, b) => (a < b ? -1 : 1)) }),
    // Only a snapshot of one schema and nothing else is of that schema.
    ...(named.length === 0 && schemas.length === 1 && schema !== undefined && { group: schema }),
  };
}

/**
 * Finds the objects that the next snapshot of a backup has: those of its full snapshot, as they are now. A schema has the
 * tables that it has now, and a table that no longer exists is left out. Throws `KineticaError` if none is left.
 */
export async function findSameObjects(
  context: Pick<EndpointContext, 'operations' | 'key'>,
  { tables: before, group, streamsOf = [] }: ListedSet,
): Promise<SnapshotObjects> {
  const { operations, key } = context;
  const names = new Set(await operations.listTableGroups());
  const now = group === undefined ? [] : await findGroup(context, group);
  const kept = before.filter((table) => names.has(table));
  const tables = [...new Set([...kept, ...now])];
  if (tables.length === 0) {
    throw new KineticaError('None of the tables of the backup exists any longer: there is nothing to store');
  }
  checkNewTables(key, group, tables);
  const streams = streamsOf.filter((table) => tables.includes(table));
  return {
    tables,
    settingsAlone: false,
    missing: before.filter((table) => !names.has(table)),
    ...(group !== undefined && { group }),
    ...(streams.length > 0 && { streamsOf: streams }),
  };
}

/** Finds the tables that a schema has now; none if there is no such schema any longer. */
async function findGroup(
  { operations }: Pick<EndpointContext, 'operations'>,
  group: string,
): Promise<readonly string[]> {
  try {
    return await findSchemaTables(operations, group);
  } catch (error) {
    if (error instanceof KineticaError) return [];
    throw error;
  }
}

/** Throws `KineticaError` unless the key may name the schema, or else each of its tables. */
function checkNewTables(key: AccessKey, group: string | undefined, tables: readonly string[]): void {
  if (group === undefined) checkMayName(key, tables);
  else checkMayName(key, [group]);
}
