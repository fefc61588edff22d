import type { ObjectStore } from '../../storage/object-store.ts';

/** What reading cost. */
export interface Reads {
  readonly bytesRead: number;
  readonly requests: number;
}

/** A store that counts what is read of it by `get` and `getRange`: snapshots are read in no other way. */
export interface CountingStore extends ObjectStore {
  readonly reads: Reads;
}

export function countReads(store: ObjectStore): CountingStore {
  const reads = { bytesRead: 0, requests: 0 };
  const counted = async (request: Promise<Uint8Array>): Promise<Uint8Array> => {
    reads.requests++;
    const bytes = await request;
    reads.bytesRead += bytes.length;
    return bytes;
  };
  return {
    ...store,
    reads,
    get: (key) => counted(store.get(key)),
    getRange: (key, offset, length) => counted(store.getRange(key, offset, length)),
  };
}
