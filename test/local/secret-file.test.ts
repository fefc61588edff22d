import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSecret } from '../../local/secret-file.ts';
import { createTemporaryFolder } from '../support/local/support.ts';

describe('the secret of a home folder', () => {
  it('is created once, can be read only by its owner, and differs between folders', async () => {
    const [home, other] = [await createTemporaryFolder(), await createTemporaryFolder()];
    const [first, again] = [await openSecret(home), await openSecret(home)];
    const key = await first.deriveKey('purpose');
    expect(await again.deriveKey('purpose')).toEqual(key);
    expect(await again.deriveKey('another purpose')).not.toEqual(key);
    expect(await (await openSecret(other)).deriveKey('purpose')).not.toEqual(key);
    expect((await stat(join(home, 'secret.key'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(home, 'secret.key'))).toHaveLength(32);
  });

  it('is refused if its file does not hold a key', async () => {
    const home = await createTemporaryFolder();
    await writeFile(join(home, 'secret.key'), 'short');
    await expect(openSecret(home)).rejects.toThrow('secret.key is not a key of 32 bytes. Delete it');
  });
});
