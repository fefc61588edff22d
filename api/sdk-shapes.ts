import * as sdk from '@aws-sdk/client-dynamodb';
import type { Scalar, Structures, Type } from './shapes.ts';

/** The runtime schemas of the DynamoDB client, under names such as `CreateBackupOutput$`, and its enumerations. */
const exported: Readonly<Record<string, unknown>> = sdk;

/** Members that Tidemark adds to a structure of DynamoDB's, by its name. */
export type Extensions = Readonly<Record<string, Readonly<Record<string, Type>>>>;

/** The codes of simple schemas. Every number of DynamoDB's answers about tables and backups is a whole one. */
const scalars: ReadonlyMap<number, Scalar> = new Map([
  [0, 'string'],
  [1, 'long'],
  [2, 'boolean'],
  [4, 'timestamp'],
  [21, 'blob'],
]);

/** Added to the code of a simple schema: a list, a map of them. */
const [listOf, mapOf] = [64, 128];

/** The first element of the others: `[code, namespace, name, traits, ...]`. */
const codes = { list: 1, map: 2, structure: 3, union: 4 };

/**
 * The type of this name in DynamoDB's API, or undefined if it has none. Adds the structures it is made of, with their
 * extensions, to those given. Throws if a schema is not understood.
 */
export function sdkType(name: string, structures: Structures, extensions: Extensions): Type | undefined {
  const schema = exported[`${name}$`];
  return schema === undefined ? undefined : typeOf(schema);

  function typeOf(schema: unknown): Type {
    const found: unknown = typeof schema === 'function' ? schema() : schema;
    if (typeof found === 'number') return simpleType(found);
    if (!Array.isArray(found)) throw new Error(`not a schema: ${String(found)}`);
    const [code, , name, , first, second, required = 0]: unknown[] = found;
    if (code === codes.list) return { kind: 'list', of: typeOf(first) };
    if (code === codes.map) return { kind: 'map', of: typeOf(second) };
    if (code !== codes.structure && code !== codes.union) throw new Error(`unknown schema: ${String(code)}`);
    return structure(String(name), first as string[], second as unknown[], Number(required), code);
  }

  /** The required members come first. */
  function structure(
    name: string,
    members: string[],
    types: unknown[],
    required: number,
    code: number,
  ): Type {
    const type = { kind: 'structure', name } as const;
    if (structures.has(name)) return type;
    const described = { members: {}, required: [] };
    // It is known before its members are, so that it may contain itself.
    structures.set(name, described);
    structures.set(name, {
      members: {
        ...Object.fromEntries(members.map((member, i) => [member, enumerated(member, typeOf(types[i]))])),
        ...extensions[name],
      },
      required: members.slice(0, required),
      native: true,
      ...(code === codes.union && { union: true }),
    });
    return type;
  }
}

function simpleType(code: number): Type {
  if (code >= mapOf) return { kind: 'map', of: simpleType(code - mapOf) };
  if (code >= listOf) return { kind: 'list', of: simpleType(code - listOf) };
  const kind = scalars.get(code);
  if (kind === undefined) throw new Error(`unknown schema: ${code}`);
  return { kind };
}

/** Schemas do not say which values a text may have; the client exports most enumerations under the member's name. */
function enumerated(member: string, type: Type): Type {
  const values = exported[member];
  if (type.kind !== 'string' || typeof values !== 'object' || values === null) return type;
  return { ...type, traits: [{ enum: Object.values(values).map(String) }] };
}
