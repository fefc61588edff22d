import type { ObjectStore } from './object-store.ts';

/** What a guarded store does around each call. */
export interface StoreGuard {
  /** Finds the store of the call. Throws if it cannot be used now. */
  readonly open: () => Promise<ObjectStore>;
  /** Returns the error to throw in place of the store's own. @default the same one */
  readonly translate?: (error: unknown) => unknown;
}

/** Creates a store that asks for its store at each call, and translates that store's errors. */
export function createGuardedStore({ open, translate = (error) => error }: StoreGuard): ObjectStore {
  const call = async <T>(use: (store: ObjectStore) => Promise<T>): Promise<T> => {
    try {
      return await use(await open());
    } catch (error) {
      throw translate(error);
    }
  };
  async function* follow<T>(use: (store: ObjectStore) => AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* use(await open());
    } catch (error) {
      throw translate(error);
    }
  }
  return {
    put: (...args) => call((store) => store.put(...args)),
    async putStream(key, body) {
      const source = watch(body);
      try {
        return await (await open()).putStream(key, source.body);
      } catch (error) {
        throw source.failure === undefined ? translate(error) : error;
      }
    },
    get: (key) => call((store) => store.get(key)),
    getRange: (...args) => call((store) => store.getRange(...args)),
    getStream: (key) => follow((store) => store.getStream(key)),
    list: (folder) => follow((store) => store.list(folder)),
    delete: (keys) => call((store) => store.delete(keys)),
  };
}

/** A body that notes whether it failed itself: its error is none of the store. */
function watch(body: AsyncIterable<Uint8Array>): {
  readonly body: AsyncIterable<Uint8Array>;
  failure?: { readonly error: unknown };
} {
  const source: ReturnType<typeof watch> = { body: read() };
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      source.failure = { error };
      throw error;
    }
  }
  return source;
}
