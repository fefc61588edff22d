import { TidemarkError } from '../runtime/errors.ts';

/**
 * The port to the snapshot store. Keys are relative, `/`-separated, without a leading slash.
 *
 * ```
 * ObjectStore  <--  createS3Store (s3-store.ts)                deployed: a bucket and a prefix
 *              <--  createDirectoryStore (directory-store.ts)  embedded: a folder
 *              <--  createLazyStore (lazy-store.ts)            another store, loaded when it is first used
 *              <--  createGuardedStore (guarded-store.ts)      another store, asked for at each call
 *              <--  createRoutedStore (routed-store.ts)        several stores: the key decides which one
 * ```
 *
 * Every adapter promises, as `test/storage/object-store.suite.ts` checks:
 * - An object is visible whole or not at all, even if its writer is killed. Readers see it once the put has resolved.
 * - A put with `ifAbsent` on a taken key changes nothing and returns `exists`. Of several concurrent puts exactly one stores.
 *
 * No step of a backup or a restore finds objects by listing: published objects contain their names, so the objects of a late
 * writer are never used. Only the sweep lists.
 */
export interface ObjectStore {
  /** Stores the bytes under the key. Without `ifAbsent` it replaces an existing object. */
  put(key: string, body: Uint8Array, options?: PutOptions): Promise<PutOutcome>;

  /**
   * Stores a body of unknown length as it arrives, in bounded memory, always on condition that the key is free.
   * If the source fails, stores nothing and throws the source's error.
   */
  putStream(key: string, body: AsyncIterable<Uint8Array>): Promise<PutOutcome>;

  /** Reads the whole object. Throws `ObjectNotFound`, or `SnapshotCorrupt` for one of more than `maxObjectBytes`. */
  get(key: string): Promise<Uint8Array>;

  /** Reads exactly `length` bytes from `offset`. Throws `ObjectNotFound`, or `SnapshotCorrupt` if the object is shorter. */
  getRange(key: string, offset: number, length: number): Promise<Uint8Array>;

  /** Reads the object's bytes in order, in chunks of any size. Throws `ObjectNotFound`. */
  getStream(key: string): AsyncIterable<Uint8Array>;

  /**
   * Lists the objects whose keys begin with `<folder>/`, in any order. An object that exists during the whole listing is
   * listed once. An object that is stored or deleted during the listing may be missing. A missing folder is no error.
   */
  list(folder: string): AsyncIterable<StoredObject>;

  /** Removes the objects. A key without an object is no error. If the call throws, it may have removed some of them. */
  delete(keys: readonly string[]): Promise<void>;
}

/**
 * The maximum size of an object that is read as a whole: manifests, plans and results are far smaller. Larger objects are
 * read by ranges or as a stream.
 */
const maxObjectBytes = 256 * 1024 * 1024;

/** Throws `SnapshotCorrupt` for an object that is too large to be read as a whole. */
export function checkObjectSize(key: string, bytes: number): void {
  if (bytes > maxObjectBytes)
    throw new TidemarkError(
      'SnapshotCorrupt',
      `${key} has ${bytes} bytes, more than Tidemark stores in such an object`,
    );
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
