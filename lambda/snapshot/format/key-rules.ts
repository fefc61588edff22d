import { createKeyHash, type KeyHash } from '../../item/key-hash.ts';
import { keyNamesOf, type Manifest } from './manifest.ts';

/** The rules for reading the keys of a snapshot's lines: the number of key attributes, and the hash. */
export interface KeyRules {
  readonly count: number;
  readonly hash: KeyHash;
}

/** Returns the rules of a snapshot, or of the plan of a snapshot. */
export function keyRulesOf({ description, hashKey }: Pick<Manifest, 'description' | 'hashKey'>): KeyRules {
  return { count: keyNamesOf(description).length, hash: createKeyHash(hashKey) };
}
