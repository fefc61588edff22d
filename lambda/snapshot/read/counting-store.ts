import type { ObjectStore } from '../../storage/object-store.ts';

/** The reads of a reader so far. */
export interface Reads {
  readonly bytesRead: number;
  readonly requests: number;
}

/** A store that counts its reads. */
export interface CountingStore extends ObjectStore {
  readonly reads: Reads;
}

/** Wraps a store to count `get` and `getRange`: readers of snapshots use no other read. */
export function countReads(store: ObjectStore): CountingStore {
  const reads = { bytesRead: 0, requests: 0 };
  const count = async (request: Promise<Uint8Array>): Promise<Uint8Array> => {
    reads.requests++;
    const bytes = await request;
    reads.bytesRead += bytes.length;
    return bytes;
  };
  return {
    ...store,
    reads,
    get: (key) => count(store.get(key)),
    getRange: (key, offset, length) => count(store.getRange(key, offset, length)),
  };
}
