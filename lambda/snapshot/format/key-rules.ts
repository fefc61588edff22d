import { createKeyHash, type KeyHash } from '../../item/key-hash.ts';
import { keyNamesOf, type Manifest } from './manifest.ts';

/** How the keys of a snapshot's lines are read: how many attributes each has, and how it is hashed. */
export interface KeyRules {
  readonly count: number;
  readonly hash: KeyHash;
}

/** The rules of a snapshot, or of the plan of one. */
export function keyRulesOf({ description, hashKey }: Pick<Manifest, 'description' | 'hashKey'>): KeyRules {
  return { count: keyNamesOf(description).length, hash: createKeyHash(hashKey) };
}
