import type { ObjectStore } from '../../lambda/storage/object-store.ts';

/** Wraps a store so that it reads new runs to their end but stores nothing: for measuring without writing files. */
export function dropRuns(store: ObjectStore): ObjectStore {
  return {
    ...store,
    async putStream(key, body) {
      if (!key.startsWith('tables/')) return store.putStream(key, body);
      for await (const _ of body);
      return 'stored';
    },
  };
}
