/**
 * The port to the snapshot store. Keys are relative, `/`-separated, without a leading slash.
 *
 * What every adapter promises (`test/storage/object-store.suite.ts` holds it to this):
 * - An object is seen whole or not at all, however its writer ends; readers see it once a put resolved.
 * - A put with `ifAbsent` on a taken key changes nothing and says `exists`; of several at once exactly one stores.
 * - Nothing on the path of a backup or a restore is found by listing: names are found in published objects, so a late
 *   writer can never be picked up. Only the sweep lists.
 */
export interface ObjectStore {
  /** Stores the bytes under the key. Without `ifAbsent` an object that is there is replaced. */
  put(key: string, body: Uint8Array, options?: PutOptions): Promise<PutOutcome>;

  /**
   * Stores a body of unknown length as it arrives, in bounded memory, always on condition that the key is free.
   * If the source fails, nothing is stored and its error is thrown.
   */
  putStream(key: string, body: AsyncIterable<Uint8Array>): Promise<PutOutcome>;

  /** The whole object. Throws `ObjectNotFound`. */
  get(key: string): Promise<Uint8Array>;

  /** Exactly `length` bytes from `offset`. Throws `ObjectNotFound`, or `SnapshotCorrupt` if it is shorter. */
  getRange(key: string, offset: number, length: number): Promise<Uint8Array>;

  /** The object's bytes in order, in chunks of the adapter's choosing. Throws `ObjectNotFound`. */
  getStream(key: string): AsyncIterable<Uint8Array>;

  /**
   * The objects whose keys begin with `<folder>/`, in any order. One that is there all the while is given once; one
   * that comes or goes meanwhile may be given or not. A folder of no objects is no error.
   */
  list(folder: string): AsyncIterable<StoredObject>;

  /** Removes the objects; a key that is not there is no error. If it throws, any of them may be gone. */
  delete(keys: readonly string[]): Promise<void>;
}

export interface PutOptions {
  /** Store only if the key is free (S3: `If-None-Match: *`). */
  readonly ifAbsent?: boolean;
}

export type PutOutcome = 'stored' | 'exists';

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}
