import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDirectoryStore } from '../../lambda/storage/directory-store.ts';
import { createLazyStore } from '../../lambda/storage/lazy-store.ts';
import { testObjectStore } from './object-store.suite.ts';
import { createMemoryStore } from '../support/snapshot/support.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-lazy-store-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the lazy store', () => {
  testObjectStore(async () => createLazyStore(async () => createDirectoryStore(folder)));

  it('creates its store once, when it is first used', async () => {
    let made = 0;
    const store = createLazyStore(async () => {
      made++;
      return createMemoryStore();
    });
    expect(made).toBe(0);
    await Promise.all([store.put('a', Buffer.from('1')), store.put('b', Buffer.from('2'))]);
    expect(String(await store.get('a'))).toBe('1');
    expect(made).toBe(1);
  });
});
