/** Anything that has a place in the order of a run: by key hash, then by the canonical key's bytes. */
export interface Keyed {
  readonly hash: bigint;
  readonly key: Buffer;
}

/** One key's state in a run: its item in canonical form, or a tombstone. */
export interface Change extends Keyed {
  /** Absent: deleted. */
  readonly image: Buffer | undefined;
  /** DynamoDB's size of the item, where it is known already. */
  readonly imageBytes?: number;
}

/** The order of every run: by hash, then by key. */
export function compareKeyed(a: Keyed, b: Keyed): number {
  if (a.hash !== b.hash) return a.hash < b.hash ? -1 : 1;
  return Buffer.compare(a.key, b.key);
}
