import { defaultSink } from '../../model/data-sinks.ts';
import type { SetRequest } from '../../model/sets.ts';
import type { Operations } from '../../operations/operations.ts';
import { isError } from '../../runtime/errors.ts';
import { type AccessKey, maySee } from '../access-keys.ts';
import { KineticaError } from './kinetica-error.ts';

/** The types of objects that exist here: tables, schemas, and settings of tables. */
const usable = ['table', 'all', 'monitor', 'resource_group'] as const;

/** Why the other types of the API do not exist here, or cannot be named by themselves. */
const others: ReadonlyMap<string, string> = new Map([
  ...[
    'catalog',
    'context',
    'credential',
    'directory',
    'function_environment',
    'graph',
    'stored_procedure',
    'user',
    'user_defined_function',
  ].map((type) => [type, 'DynamoDB has none'] as const),
  ['datasink', 'data sinks are in the configuration of the deployment'],
  ['datasource', 'data sources are its data sinks'],
  ['role', 'the resource policy of a table is not part of its backup'],
]);

/** What a map of objects names: tables, schemas with all of their tables, and settings of tables. */
export interface NamedObjects {
  readonly tables: readonly string[];
  readonly schemas: readonly string[];
  /** Tables whose stream is restored too: a stream monitors a table. */
  readonly monitors: readonly string[];
  /** Tables whose throughput is restored, as it always is. */
  readonly resourceGroups: readonly string[];
}

/** Reads a map of objects. Throws `KineticaError` for a type that does not exist here. */
export function readObjects(map: Readonly<Record<string, string>>): NamedObjects {
  const unknown = Object.keys(map).find((type) => !usable.some((each) => each === type));
  if (unknown !== undefined) {
    const why = others.get(unknown) ?? 'the type is unknown';
    throw new KineticaError(
      `Objects of type "${unknown.slice(0, 100)}" cannot be backed up here: ${why}. The types that can are ${usable.join(', ')}`,
    );
  }
  const [tables, monitors, resourceGroups] = [map['table'], map['monitor'], map['resource_group']].map(
    splitNames,
  ) as [string[], string[], string[]];
  for (const name of [...tables, ...monitors, ...resourceGroups]) checkTableName(name);
  return { tables, schemas: splitNames(map['all']), monitors, resourceGroups };
}

/** Finds the tables whose settings alone the objects name, and not the table itself. */
export function findSettingsOf(
  { monitors, resourceGroups }: NamedObjects,
  tables: readonly string[],
): readonly string[] {
  return [...new Set([...monitors, ...resourceGroups])].filter((name) => !tables.includes(name));
}

/** Throws `KineticaError` for a text that cannot be the name of a table of DynamoDB. */
export function checkTableName(name: string): void {
  if (/^[\w.-]{3,255}$/.test(name)) return;
  throw new KineticaError(
    `${JSON.stringify(name.slice(0, 255))} is not the name of a table: it must be 3 to 255 letters, digits, "_", "-" or "."`,
  );
}

/** Splits a list of names with commas between them, each once. */
function splitNames(text = ''): string[] {
  const names = text.split(',').map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))];
}

/** Finds the tables of the objects, each once. Throws `KineticaError` for objects that the key may not name. */
export async function findNamedTables(
  operations: Operations,
  key: AccessKey,
  { tables, schemas, monitors, resourceGroups }: NamedObjects,
): Promise<string[]> {
  checkMayName(key, [...tables, ...schemas, ...monitors, ...resourceGroups]);
  const found = await Promise.all(schemas.map((schema) => findSchemaTables(operations, schema)));
  return [...new Set([...tables, ...found.flat()])];
}

/** Throws `KineticaError` unless the key may name all of these tables and schemas. */
export function checkMayName(key: AccessKey, names: readonly string[]): void {
  const denied = names.find((name) => !mayName(key, name));
  if (denied === undefined) return;
  throw new KineticaError(`Access denied: the user may not use ${JSON.stringify(denied.slice(0, 255))}`);
}

/** True if the key may name the table or schema: by itself, or as a part of its schema. */
export function mayName(key: AccessKey, name: string): boolean {
  const at = name.indexOf('.');
  return maySee(key, name) || (at > 0 && maySee(key, name.slice(0, at)));
}

/**
 * Finds the tables of a schema: those of the configured group of its name, or else the table of its name with all tables
 * whose names begin with it and a dot. Throws `KineticaError` if there are none.
 */
export async function findSchemaTables(operations: Operations, schema: string): Promise<readonly string[]> {
  const group = await operations.resolveTableGroup({ name: schema }).catch((error: unknown) => {
    if (isError(error, 'GroupNotFound')) return undefined;
    throw error;
  });
  if (group?.isConfigured === true) return group.tables;
  const names = await operations.listTableGroups();
  const tables = names.filter((name) => isInSchema(name, schema));
  if (tables.length > 0) return tables;
  throw new KineticaError(`There is no schema ${JSON.stringify(schema.slice(0, 255))}`);
}

/** True for the table of the schema's name, and for those whose names begin with it and a dot. */
export function isInSchema(table: string, schema: string): boolean {
  return table === schema || table.startsWith(`${schema}.`);
}

/**
 * Checks the name of a data sink or data source, which have the same name. With `mayBeEmpty` it accepts an empty name.
 * Throws `KineticaError`.
 */
export async function checkSink(
  operations: Operations,
  name: string,
  parameter: string,
  mayBeEmpty = false,
): Promise<void> {
  if (name === defaultSink || (mayBeEmpty && name === '')) return;
  const names = (await operations.listDataSinks()).map((sink) => sink.name);
  if (names.includes(name)) return;
  throw new KineticaError(
    `${parameter} must be ${names.slice(0, 10).join(' or ')}: there is no data sink or source ${JSON.stringify(name.slice(0, 100))}`,
  );
}

/** Throws `KineticaError` unless the key may use all groups: the keys share the data sinks. */
export function checkMayManageSinks({ groups }: AccessKey): void {
  if (groups.includes('*')) return;
  throw new KineticaError(
    'Access denied: only a user of all groups may create or drop data sinks and sources',
  );
}

/** True if a request names the data sink of the snapshot, or none. */
export function isInSink({ sink = defaultSink }: Pick<SetRequest, 'sink'>, named: string): boolean {
  return named === '' || named === sink;
}

/** Throws `KineticaError` if a request names another data sink or source than that of the snapshot. */
export function checkSinkOf(set: Pick<SetRequest, 'name' | 'sink'>, named: string, parameter: string): void {
  if (isInSink(set, named)) return;
  const { name, sink = defaultSink } = set;
  throw new KineticaError(`Backup ${name} is in the data sink ${sink}: ${parameter} must name that one`);
}
