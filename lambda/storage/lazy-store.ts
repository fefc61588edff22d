import type { ObjectStore } from './object-store.ts';

/** Creates a store that calls `make` when it is first used, and then keeps the store that it made. */
export function createLazyStore(make: () => Promise<ObjectStore>): ObjectStore {
  let made: Promise<ObjectStore> | undefined;
  const store = (): Promise<ObjectStore> => {
    made ??= make();
    return made;
  };
  return {
    put: async (...args) => (await store()).put(...args),
    putStream: async (...args) => (await store()).putStream(...args),
    get: async (key) => (await store()).get(key),
    getRange: async (...args) => (await store()).getRange(...args),
    async *getStream(key) {
      yield* (await store()).getStream(key);
    },
    async *list(folder) {
      yield* (await store()).list(folder);
    },
    delete: async (keys) => (await store()).delete(keys),
  };
}
