import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDirectoryStore } from '../../lambda/storage/directory-store.ts';
import { createGuardedStore } from '../../lambda/storage/guarded-store.ts';
import type { ObjectStore } from '../../lambda/storage/object-store.ts';
import { createMemoryStore } from '../support/snapshot/support.ts';
import { testObjectStore } from './object-store.suite.ts';

describe('a guarded store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-guarded-'));
  testObjectStore(async () => createGuardedStore({ open: async () => createDirectoryStore(folder) }));
});

const calls: Record<string, (store: ObjectStore) => Promise<unknown>> = {
  put: (store) => store.put('a', Buffer.from('a')),
  putStream: (store) => store.putStream('a', yieldOne()),
  get: (store) => store.get('a'),
  getRange: (store) => store.getRange('a', 0, 1),
  getStream: (store) => Array.fromAsync(store.getStream('a')),
  list: (store) => Array.fromAsync(store.list('a')),
  delete: (store) => store.delete(['a']),
};

async function* yieldOne(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('a');
}

it.each(Object.entries(calls))(
  'a guarded store asks for its store at each %s, and translates the error',
  async (_, use) => {
    const lost = new Error('the disk is gone');
    const translated = new Error('translated');
    let opened = 0;
    const store = createGuardedStore({
      async open() {
        opened++;
        throw lost;
      },
      translate: (error) => (error === lost ? translated : error),
    });
    await expect(use(store)).rejects.toBe(translated);
    await expect(use(store)).rejects.toBe(translated);
    expect(opened).toBe(2);
  },
);

it('a guarded store throws the error of a body that fails as it is', async () => {
  const failure = new Error('the source failed');
  async function* fail(): AsyncGenerator<Uint8Array> {
    yield* yieldOne();
    throw failure;
  }
  const inner = createMemoryStore();
  const store = createGuardedStore({ open: async () => inner, translate: () => new Error('translated') });
  await expect(store.putStream('a', fail())).rejects.toBe(failure);
});
