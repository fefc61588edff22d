import type { ObjectStore } from './object-store.ts';

/** Creates a store whose objects are in several stores: `storeOf` says by the key, or the folder that is listed, in which. */
export function createRoutedStore(storeOf: (key: string) => ObjectStore): ObjectStore {
  return {
    put: (key, ...rest) => storeOf(key).put(key, ...rest),
    putStream: (key, body) => storeOf(key).putStream(key, body),
    get: (key) => storeOf(key).get(key),
    getRange: (key, ...rest) => storeOf(key).getRange(key, ...rest),
    getStream: (key) => storeOf(key).getStream(key),
    list: (folder) => storeOf(folder).list(folder),
    async delete(keys) {
      for (const [store, own] of Map.groupBy(keys, storeOf)) await store.delete(own);
    },
  };
}
