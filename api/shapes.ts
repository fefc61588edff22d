import { isDeepStrictEqual } from 'node:util';
import type { ConstraintTrait } from '../lambda/dialects/dynamodb/constraints.ts';

/**
 * The types of the API's requests and answers, independent of the documents that are made from them. Structures have
 * names and refer to each other by name (an attribute value holds attribute values); every other type is written out
 * where it is used.
 */
export type Type =
  | { readonly kind: Scalar; readonly traits?: readonly ConstraintTrait[] }
  | { readonly kind: 'list'; readonly of: Type; readonly traits?: readonly ConstraintTrait[] }
  /** A map from names to values. */
  | { readonly kind: 'map'; readonly of: Type }
  | { readonly kind: 'structure'; readonly name: string };

/** `timestamp`: epoch seconds with a fraction. `blob`: base64. */
export type Scalar = 'string' | 'integer' | 'long' | 'double' | 'boolean' | 'timestamp' | 'blob';

export interface Structure {
  readonly members: Readonly<Record<string, Type>>;
  readonly required: readonly string[];
  /** The meaning of the members; DynamoDB's documentation describes the members of its own structures. */
  readonly texts: Readonly<Record<string, string>>;
  /** Exactly one member is present. */
  readonly union?: true;
  /** The structure is DynamoDB's own. */
  readonly native?: true;
}

export type Structures = Map<string, Structure>;

/** Adds a structure and returns its type. Throws if another structure has its name. */
export function define(structures: Structures, name: string, structure: Structure): Type {
  const known = structures.get(name);
  if (known !== undefined && !isDeepStrictEqual(known, structure)) {
    throw new Error(`two structures are named ${name}`);
  }
  structures.set(name, structure);
  return { kind: 'structure', name };
}
