import * as sdk from '@aws-sdk/client-dynamodb';
import type { Scalar, Structure, Structures, Type } from './shapes.ts';

/** The exports of the DynamoDB client: runtime schemas, under names such as `CreateBackupOutput$`, and enumerations. */
const clientExports: Readonly<Record<string, unknown>> = sdk;

/** Finds the members that Tidemark adds to the structure of this name in DynamoDB's API. */
type FindAdded = (structure: string) => Pick<Structure, 'members' | 'texts'> | undefined;

/** The codes of simple schemas. Every number in DynamoDB's answers about tables and backups is an integer. */
const scalars: ReadonlyMap<number, Scalar> = new Map([
  [0, 'string'],
  [1, 'long'],
  [2, 'boolean'],
  [4, 'timestamp'],
  [21, 'blob'],
]);

/** The numbers that turn the code of a simple schema into that of a list or a map of it. */
const [listOf, mapOf] = [64, 128];

/** The codes of all other schemas, which are `[code, namespace, name, traits, ...]`. */
const codes = { list: 1, map: 2, structure: 3, union: 4 };

/**
 * Reads the type of this name from DynamoDB's API; undefined if the API has none. Adds the structures that the type is
 * made of to `structures`. Throws for a schema of an unknown form.
 */
export function readSdkType(name: string, structures: Structures, findAdded: FindAdded): Type | undefined {
  const schema = clientExports[`${name}$`];
  return schema === undefined ? undefined : readType(schema);

  function readType(schema: unknown): Type {
    const value: unknown = typeof schema === 'function' ? schema() : schema;
    if (typeof value === 'number') return toSimpleType(value);
    if (!Array.isArray(value)) throw new Error(`not a schema: ${String(value)}`);
    const [code, , name, , first, second, required = 0]: unknown[] = value;
    if (code === codes.list) return { kind: 'list', of: readType(first) };
    if (code === codes.map) return { kind: 'map', of: readType(second) };
    if (code !== codes.structure && code !== codes.union) throw new Error(`unknown schema: ${String(code)}`);
    return readStructure(String(name), first as string[], second as unknown[], Number(required), code);
  }

  /** Reads a structure. `required` is the number of its required members, which come first. */
  function readStructure(
    name: string,
    members: string[],
    types: unknown[],
    required: number,
    code: number,
  ): Type {
    const type = { kind: 'structure', name } as const;
    if (structures.has(name)) return type;
    // Register the name before reading the members: a structure may contain itself.
    structures.set(name, { members: {}, required: [], texts: {} });
    const added = findAdded(name);
    structures.set(name, {
      members: {
        ...Object.fromEntries(members.map((member, i) => [member, addValues(member, readType(types[i]))])),
        ...added?.members,
      },
      required: members.slice(0, required),
      texts: added?.texts ?? {},
      native: true,
      ...(code === codes.union && { union: true }),
    });
    return type;
  }
}

function toSimpleType(code: number): Type {
  if (code >= mapOf) return { kind: 'map', of: toSimpleType(code - mapOf) };
  if (code >= listOf) return { kind: 'list', of: toSimpleType(code - listOf) };
  const kind = scalars.get(code);
  if (kind === undefined) throw new Error(`unknown schema: ${code}`);
  return { kind };
}

/** Adds a text's values, which schemas lack: the client exports most enumerations under the name of the member. */
function addValues(member: string, type: Type): Type {
  const values = clientExports[member];
  if (type.kind !== 'string' || typeof values !== 'object' || values === null) return type;
  return { ...type, traits: [{ enum: Object.values(values).map(String) }] };
}
