/**
 * The port to the snapshot store. Keys are relative, `/`-separated, without a leading slash.
 *
 * What every adapter promises (`test/conformance/object-store.ts` holds it to this):
 * - An object is seen whole or not at all, however its writer ends; readers see it once a put resolved.
 * - A put with `ifAbsent` on a taken key changes nothing and says `exists`; of several at once exactly one stores.
 * - There is no listing: names are found in published objects, so a late writer can never be picked up.
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

  /** Removes the objects; a key that is not there is no error. */
  delete(keys: readonly string[]): Promise<void>;
}

export interface PutOptions {
  /** Store only if the key is free (S3: `If-None-Match: *`). */
  readonly ifAbsent?: boolean;
}

export type PutOutcome = 'stored' | 'exists';
