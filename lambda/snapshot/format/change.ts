/** Something with a place in the order of a run: by key hash, then by the bytes of the canonical key. */
export interface Keyed {
  readonly hash: bigint;
  readonly key: Buffer;
}

/** The state of one key in a run: its item in canonical form, or a tombstone. */
export interface Change extends Keyed {
  /** The item in canonical form. Undefined for a tombstone: the item was deleted. */
  readonly image: Buffer | undefined;
  /** DynamoDB's size of the item, if it is already known. */
  readonly imageBytes?: number;
}

/** The place before all keys of a hash. */
export function startOfHash(hash: bigint): Keyed {
  return { hash, key: Buffer.alloc(0) };
}

/** The place right after a key: no other key is between them. */
export function placeAfter({ hash, key }: Keyed): Keyed {
  return { hash, key: Buffer.concat([key, Buffer.alloc(1)]) };
}

/** Compares two entries in the order of every run: by hash, then by key. */
export function compareKeyed(a: Keyed, b: Keyed): number {
  if (a.hash !== b.hash) return a.hash < b.hash ? -1 : 1;
  return Buffer.compare(a.key, b.key);
}
