import type { ObjectStore } from './object-store.ts';

/** A store that is made when it is first used, and kept. */
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
