import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDirectoryStore } from '../../lambda/storage/directory-store.ts';
import { testObjectStore } from './object-store.suite.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-directory-store-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the directory store', () => {
  testObjectStore(async () => createDirectoryStore(join(folder, 'conformance')));

  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(folder, 'root-'));
  });

  describe('the files of a directory store', () => {
    it('are its objects, and no temporary file remains', async () => {
      const store = createDirectoryStore(root);
      await store.put('tables/t1/first', Buffer.from('1'));
      await store.put('tables/t1/first', Buffer.from('2'), { ifAbsent: true });
      await store.putStream('tables/t1/second', yieldOne('3'));
      const broken = new Error('the source broke');
      await expect(store.putStream('tables/t1/third', yieldThenThrow(broken))).rejects.toBe(broken);
      expect(await listFiles(root)).toEqual(['tables/t1/first', 'tables/t1/second']);
    });

    it('are removed an hour after the last write to them if killed writers left them, and not earlier', async () => {
      await mkdir(join(root, '.tmp'));
      const [old, young] = [join(root, '.tmp', 'old'), join(root, '.tmp', 'young')];
      for (const file of [old, young]) await writeFile(file, 'partial');
      const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);
      await utimes(old, hoursAgo(1.1), hoursAgo(1.1));
      await utimes(young, hoursAgo(0.9), hoursAgo(0.9));
      await createDirectoryStore(root).put('a', Buffer.from('stored'));
      expect(await readdir(join(root, '.tmp'))).toEqual(['young']);
    });

    it('are read by another store on the same directory', async () => {
      await createDirectoryStore(root).put('a/b', Buffer.from('kept'));
      expect(String(await createDirectoryStore(root).get('a/b'))).toBe('kept');
    });
  });

  describe('a key of a directory store', () => {
    const bad = [
      '',
      '/',
      '/a',
      'a/',
      'a//b',
      '.',
      '..',
      './a',
      'a/../b',
      '../a',
      'a/..',
      'nul\0byte',
      '.tmp/x',
    ];

    it.each(bad)('is refused by every method if it is %j', async (key) => {
      const store = createDirectoryStore(root);
      const refused = { code: 'Internal' };
      const body = Buffer.from('x');
      await expect(store.put(key, body)).rejects.toMatchObject(refused);
      await expect(store.putStream(key, yieldOne('x'))).rejects.toMatchObject(refused);
      await expect(store.get(key)).rejects.toMatchObject(refused);
      await expect(store.getRange(key, 0, 1)).rejects.toMatchObject(refused);
      await expect(async () => Array.fromAsync(store.getStream(key))).rejects.toMatchObject(refused);
      await expect(async () => Array.fromAsync(store.list(key))).rejects.toMatchObject(refused);
      await expect(store.delete([key])).rejects.toMatchObject(refused);
    });

    it.each(['...', '..a', 'a..', '.tmp2/x', 'a/.tmp/x'])('may be %j', async (key) => {
      const store = createDirectoryStore(root);
      await store.put(key, Buffer.from(key));
      expect(String(await store.get(key))).toBe(key);
    });
  });

  describe('a crashed writer of a directory store', () => {
    it('may leave a temporary file, which does not count as an object', async () => {
      await mkdir(join(root, '.tmp'));
      await writeFile(join(root, '.tmp', 'partial'), 'partial');
      const store = createDirectoryStore(root);
      await expect(store.get('partial')).rejects.toMatchObject({ code: 'ObjectNotFound' });
      await expect(store.get('.tmp/partial')).rejects.toMatchObject({ code: 'Internal' });
      expect(await store.put('partial', Buffer.from('whole'), { ifAbsent: true })).toBe('stored');
      expect(String(await store.get('partial'))).toBe('whole');
    });

    it('has stored nothing if it was killed in the middle of a put', async () => {
      const module = new URL('../../lambda/storage/directory-store.ts', import.meta.url);
      // The store asks the source for a second chunk once it has written the first one.
      const script = `
        import { createDirectoryStore } from ${JSON.stringify(module.href)};
        async function* source() {
          yield Buffer.alloc(1_000_000, 'x');
          process.stdout.write('halfway');
          await new Promise((resolve) => setTimeout(resolve, 600_000));
        }
        await createDirectoryStore(${JSON.stringify(root)}).putStream('a/killed', source());
      `;
      const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
      const exit = once(child, 'exit');
      await Promise.race([once(child.stdout, 'data'), exit]);
      child.kill('SIGKILL');
      expect(await exit).toEqual([null, 'SIGKILL']);

      const [partial = 'nothing was written'] = await readdir(join(root, '.tmp'));
      expect((await stat(join(root, '.tmp', partial))).size).toBe(1_000_000);
      const store = createDirectoryStore(root);
      await expect(store.get('a/killed')).rejects.toMatchObject({ code: 'ObjectNotFound' });
      expect(await store.putStream('a/killed', yieldOne('whole'))).toBe('stored');
      expect(String(await store.get('a/killed'))).toBe('whole');
    });
  });
});

async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)).sort();
}

async function* yieldOne(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

async function* yieldThenThrow(error: Error): AsyncIterable<Uint8Array> {
  yield Buffer.from('partial');
  throw error;
}
