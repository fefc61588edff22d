import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createDirectoryStore } from '../../lambda/storage/directory-store.ts';

/** Creates a store, and a folder outside it with a file that the store must not reach. */
async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-attack-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [root, outside] = [join(folder, 'store'), join(folder, 'outside')];
  await mkdir(join(root, 'data'), { recursive: true });
  await mkdir(outside);
  await writeFile(join(outside, 'secret.key'), 'secret');
  return { root, outside, store: createDirectoryStore(root) };
}

it('a link to a file outside the store is neither read nor listed, and a put replaces only the link', async () => {
  const { root, outside, store } = await setUp();
  await symlink(join(outside, 'secret.key'), join(root, 'data', 'linked'));
  expect(await Array.fromAsync(store.list('data'))).toEqual([]);
  const missing = { code: 'ObjectNotFound' };
  await expect(store.get('data/linked')).rejects.toMatchObject(missing);
  await expect(store.getRange('data/linked', 0, 1)).rejects.toMatchObject(missing);
  await expect(Array.fromAsync(store.getStream('data/linked'))).rejects.toMatchObject(missing);
  await store.put('data/linked', Buffer.from('own'));
  expect(await readFile(join(outside, 'secret.key'), 'utf8')).toBe('secret');
});

it('no call of the store follows a link to a folder outside', async () => {
  const { root, outside, store } = await setUp();
  await symlink(outside, join(root, 'data', 'folder'));
  expect(await Array.fromAsync(store.list('data'))).toEqual([]);
  const refused = { code: 'Internal', message: expect.stringContaining('out of the store') };
  await expect(store.get('data/folder/secret.key')).rejects.toMatchObject(refused);
  await expect(store.put('data/folder/new', Buffer.from('x'))).rejects.toMatchObject(refused);
  await expect(store.putStream('data/folder/new', Buffer.from('x') as never)).rejects.toMatchObject(refused);
  await expect(store.delete(['data/folder/secret.key'])).rejects.toMatchObject(refused);
  expect(await readFile(join(outside, 'secret.key'), 'utf8')).toBe('secret');
  await expect(stat(join(outside, 'new'))).rejects.toThrow('ENOENT');
});
