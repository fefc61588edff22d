import { TidemarkError } from '../../../lambda/runtime/errors.ts';
import type { ObjectStore, PutOutcome, StoredObject } from '../../../lambda/storage/object-store.ts';
import type { Faults } from '../faults.ts';
import type { Network } from '../network.ts';

/** A small number, so that much happens between two pages of a list, or between two requests that delete. */
const keysPerRequest = 5;

/** The objects of a bucket, and the function that watches their changes. */
export class Bucket {
  readonly objects: Map<string, Buffer>;
  /** Called before an existing object is replaced or deleted. */
  watch: (key: string, change: 'replaced' | 'deleted') => void = () => {};

  constructor(objects: Map<string, Buffer>) {
    this.objects = objects;
  }

  put(key: string, body: Uint8Array, ifAbsent: boolean): PutOutcome {
    if (this.objects.has(key)) {
      if (ifAbsent) return 'exists';
      this.watch(key, 'replaced');
    }
    this.objects.set(key, Buffer.from(body));
    return 'stored';
  }

  get(key: string): Buffer {
    const object = this.objects.get(key);
    if (object === undefined) throw new TidemarkError('ObjectNotFound', `There is no object ${key}`);
    return object;
  }

  /** Lists the next objects below a folder after a key, in the order of their keys. */
  list(folder: string, after: string, limit: number): StoredObject[] {
    return [...this.objects]
      .filter(([key]) => key.startsWith(`${folder}/`) && key > after)
      .map(([key, { length }]) => ({ key, bytes: length }))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .slice(0, limit);
  }

  delete(key: string): void {
    if (!this.objects.has(key)) return;
    this.watch(key, 'deleted');
    this.objects.delete(key);
  }
}

/** The snapshot store over a bucket, with the same calls over the network that the adapter for S3 makes. */
export function createSimulatedStore(bucket: Bucket, network: Network, faults: Faults): ObjectStore {
  const put = (key: string, body: Uint8Array, ifAbsent: boolean): Promise<PutOutcome> =>
    network.call('store', `put ${key}`, () => bucket.put(key, body, ifAbsent));
  const get = (key: string): Promise<Buffer> => network.call('store', `get ${key}`, () => bucket.get(key));
  return {
    put: (key, body, options) => put(key, Buffer.from(body), options?.ifAbsent === true),
    putStream: async (key, body) => put(key, Buffer.concat(await Array.fromAsync(body)), true),
    get,
    getRange: (key, offset, length) =>
      network.call('store', `get ${key} from ${offset}`, () => {
        const object = bucket.get(key);
        if (offset + length > object.length)
          throw new TidemarkError('SnapshotCorrupt', `${key} is too short`);
        return object.subarray(offset, offset + length);
      }),
    async *getStream(key) {
      yield await get(key);
    },
    async *list(folder) {
      for (let after = ''; ;) {
        const limit = faults.happens('shortPage') ? keysPerRequest : Infinity;
        const page = await network.call('store', `list ${folder}`, () => bucket.list(folder, after, limit));
        yield* page;
        if (page.length < limit) return;
        after = String(page.at(-1)?.key);
      }
    },
    async delete(keys) {
      for (let start = 0; start < keys.length; start += keysPerRequest) {
        const some = keys.slice(start, start + keysPerRequest);
        await network.call('store', `delete ${some.join(' ')}`, () => {
          for (const key of some) bucket.delete(key);
        });
      }
    },
  };
}
