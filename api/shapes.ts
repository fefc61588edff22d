import { isDeepStrictEqual } from 'node:util';
import type { ConstraintTrait } from '../lambda/dialects/dynamodb/members.ts';

/**
 * The types of the API's requests and answers, free of the documents that are made of them. Structures have names and
 * refer to each other by these (an attribute value holds attribute values); every other type stands where it is used.
 */
export type Type =
  | { readonly kind: Scalar; readonly traits?: readonly ConstraintTrait[] }
  | { readonly kind: 'list'; readonly of: Type; readonly traits?: readonly ConstraintTrait[] }
  /** Of names to values. */
  | { readonly kind: 'map'; readonly of: Type }
  | { readonly kind: 'structure'; readonly name: string };

/** `timestamp`: epoch seconds with a fraction. `blob`: base64. */
export type Scalar = 'string' | 'integer' | 'long' | 'double' | 'boolean' | 'timestamp' | 'blob';

export interface Structure {
  readonly members: Readonly<Record<string, Type>>;
  readonly required: readonly string[];
  /** Exactly one member is there. */
  readonly union?: true;
  /** DynamoDB's own: its documentation tells what the members mean. */
  readonly native?: true;
}

export type Structures = Map<string, Structure>;

/** Adds a structure and answers its type. Throws if its name already stands for another one. */
export function define(structures: Structures, name: string, structure: Structure): Type {
  const known = structures.get(name);
  if (known !== undefined && !isDeepStrictEqual(known, structure)) {
    throw new Error(`two structures are named ${name}`);
  }
  structures.set(name, structure);
  return { kind: 'structure', name };
}
