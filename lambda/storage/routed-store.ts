import type { ObjectStore } from './object-store.ts';

/** Creates a store that forwards each call to another store, which `storeOf` chooses by the key or by the listed folder. */
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
