import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLocalKeys } from '../../local/local-keys.ts';
import { createTemporaryFolder } from '../support/local/support.ts';

test('without a key file, the development key may do everything', async () => {
  const load = await openLocalKeys(undefined);
  expect(await load()).toEqual([
    { id: 'local', secrets: ['local'], groups: ['*'], verbs: ['read', 'backup', 'restore', 'delete'] },
  ]);
});

test('a key file replaces the development key, and is read again when it changes', async () => {
  const file = join(await createTemporaryFolder(), 'keys.json');
  const key = { id: 'ci', secrets: ['one'], groups: ['orders'], verbs: ['read'] };
  await writeFile(file, JSON.stringify({ keys: [key] }));
  const load = await openLocalKeys(file);
  expect(await load()).toEqual([key]);
  const next = { ...key, secrets: ['two', 'one'] };
  await writeFile(file, JSON.stringify({ keys: [next] }));
  expect(await load()).toEqual([next]);
});

test('a key file that is missing or wrong makes the start fail, with an error that shows no content', async () => {
  const folder = await createTemporaryFolder();
  await expect(openLocalKeys(join(folder, 'none'))).rejects.toThrow(
    /^The key file .* cannot be used: ENOENT/,
  );
  const file = join(folder, 'keys.json');
  await writeFile(file, 'top secret');
  await expect(openLocalKeys(file)).rejects.toThrow(
    `The key file ${file} cannot be used: the keys are not JSON`,
  );
});
