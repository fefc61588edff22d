import { createHash, timingSafeEqual } from 'node:crypto';
import { parseShallowJson } from '../item/parse-json.ts';
import type { Clock } from '../runtime/clock.ts';

/** The verbs that a key may have. */
export const keyVerbs = ['read', 'backup', 'restore', 'delete'] as const;

export type KeyVerb = (typeof keyVerbs)[number];

/** A key for the callers of a dialect that has its own keys instead of AWS's. */
export interface AccessKey {
  readonly id: string;
  /** The current secret and, while it is being replaced, a second one. Either is accepted. */
  readonly secrets: readonly string[];
  /** The groups of tables, or tables, that the key may name; `*` stands for all. */
  readonly groups: readonly string[];
  readonly verbs: readonly KeyVerb[];
}

/** Reads the current keys. */
export type LoadKeys = () => Promise<readonly AccessKey[]>;

/** How long loaded keys are used. A key that is replaced has two secrets for at least as long. */
const keysMs = 60_000;

/** Remembers the keys for a minute. If a load fails, the requests that wait for it fail, and the next request loads again. */
export function cacheKeys(load: LoadKeys, clock: Pick<Clock, 'now'>): LoadKeys {
  let loaded: { readonly at: number; readonly keys: Promise<readonly AccessKey[]> } | undefined;
  return async () => {
    const now = clock.now();
    if (loaded === undefined || Math.abs(now - loaded.at) >= keysMs) loaded = { at: now, keys: load() };
    const { keys } = loaded;
    try {
      return await keys;
    } catch (error) {
      if (loaded.keys === keys) loaded = undefined;
      throw error;
    }
  };
}

/** True if the key may name the group. */
export function maySee({ groups }: AccessKey, group: string): boolean {
  return groups.includes('*') || groups.includes(group);
}

/** Compares two texts in a time that does not depend on where they differ. */
export function isSameText(left: string, right: string): boolean {
  return timingSafeEqual(digestOf(left), digestOf(right));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

const maxKeys = 100;
const maxGroups = 1000;
const idForm = /^[\w.@-]{1,128}$/;
const secretForm = /^[\x21-\x7e]{1,256}$/;
const groupForm = /^(\*|[\w.-]{1,255})$/;

/**
 * Parses the keys of a secret or a file: `{"keys": [{"id", "secrets", "groups", "verbs"}]}`. Throws an `Error` that names
 * the member that is wrong and shows no value, because a value may be a secret.
 */
export function parseKeys(text: string): AccessKey[] {
  const { keys } = toObject(parseText(text), 'the keys');
  const list = toList(keys, 'keys', maxKeys);
  const parsed = list.map((key, i) => parseKey(toObject(key, `keys[${i}]`), `keys[${i}]`));
  const ids = new Set(parsed.map(({ id }) => id));
  if (ids.size < parsed.length) throw new Error('keys: two keys have one id');
  return parsed;
}

function parseText(text: string): unknown {
  try {
    return parseShallowJson(text);
  } catch {
    // The error of the parser quotes the text.
    throw new Error('the keys are not JSON');
  }
}

function parseKey(key: Record<string, unknown>, place: string): AccessKey {
  for (const name of Object.keys(key)) {
    if (!['id', 'secrets', 'groups', 'verbs'].includes(name)) {
      throw new Error(`${place} may have only id, secrets, groups and verbs`);
    }
  }
  const verbs = toTexts(key['verbs'], `${place}.verbs`, keyVerbs.length, /^\w+$/).map((verb) => {
    const known = keyVerbs.find((each) => each === verb);
    if (known === undefined) throw new Error(`${place}.verbs may have only ${keyVerbs.join(', ')}`);
    return known;
  });
  return {
    id: toText(key['id'], `${place}.id`, idForm),
    secrets: toTexts(key['secrets'], `${place}.secrets`, 2, secretForm),
    groups: toTexts(key['groups'], `${place}.groups`, maxGroups, groupForm),
    verbs,
  };
}

function toObject(value: unknown, place: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Error(`${place} must be an object`);
}

function toList(value: unknown, place: string, max: number): unknown[] {
  if (Array.isArray(value) && value.length > 0 && value.length <= max) return value;
  throw new Error(`${place} must be a list of 1 to ${max} values`);
}

function toText(value: unknown, place: string, form: RegExp): string {
  if (typeof value === 'string' && form.test(value)) return value;
  throw new Error(`${place} has the wrong form`);
}

function toTexts(value: unknown, place: string, max: number, form: RegExp): string[] {
  return toList(value, place, max).map((text, i) => toText(text, `${place}[${i}]`, form));
}
