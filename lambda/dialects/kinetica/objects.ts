import { defaultSink } from '../../model/data-sinks.ts';
import type { Operations } from '../../operations/operations.ts';
import { isError } from '../../runtime/errors.ts';
import { type AccessKey, maySee } from '../access-keys.ts';
import { KineticaError } from './kinetica-error.ts';

/** The types of objects that exist here. */
const usable = ['table', 'all'] as const;

/** The types of objects of the API that do not exist here, or cannot be named by themselves. */
const others = new Set([
  'catalog',
  'context',
  'credential',
  'datasink',
  'datasource',
  'directory',
  'function_environment',
  'graph',
  'monitor',
  'resource_group',
  'role',
  'stored_procedure',
  'user',
  'user_defined_function',
]);

/** What a map of objects names: tables, and schemas with all of their tables. */
export interface NamedObjects {
  readonly tables: readonly string[];
  readonly schemas: readonly string[];
}

/** Reads a map of objects. Throws `KineticaError` for a type that does not exist here. */
export function readObjects(map: Readonly<Record<string, string>>): NamedObjects {
  const unknown = Object.keys(map).find((type) => !usable.some((each) => each === type));
  if (unknown !== undefined) {
    const what = others.has(unknown) ? `"${unknown}"` : `"${unknown.slice(0, 100)}", which is unknown,`;
    throw new KineticaError(
      `Objects of type ${what} cannot be backed up here. The types that can are table and all; the settings of a table are a part of its backup`,
    );
  }
  const tables = splitNames(map['table']);
  for (const name of tables) checkTableName(name);
  return { tables, schemas: splitNames(map['all']) };
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

/** Finds the tables of the objects, each once. Throws `KineticaError` for what the key may not name. */
export async function findNamedTables(
  operations: Operations,
  key: AccessKey,
  { tables, schemas }: NamedObjects,
): Promise<string[]> {
  checkMayName(key, [...tables, ...schemas]);
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

/** The tables of a schema: of the configured group of its name, or else those whose names begin with it and a dot. */
async function findSchemaTables(operations: Operations, schema: string): Promise<readonly string[]> {
  try {
    return (await operations.resolveTableGroup({ name: schema })).tables;
  } catch (error) {
    if (!isError(error, 'GroupNotFound')) throw error;
    const names = await operations.listTableGroups();
    const tables = names.filter((name) => name.startsWith(`${schema}.`));
    if (tables.length > 0) return tables;
    throw new KineticaError(`There is no schema ${JSON.stringify(schema.slice(0, 255))}`);
  }
}

/** Checks the name of a data sink or source: a sink's name serves as its source's. An empty one is accepted where the API does not need any. */
export function checkSink(name: string, parameter: string, mayBeEmpty = false): void {
  if (name === defaultSink || (mayBeEmpty && name === '')) return;
  throw new KineticaError(
    `${parameter} must be ${defaultSink}: there is no data sink or source ${JSON.stringify(name.slice(0, 100))}`,
  );
}
