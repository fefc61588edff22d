import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecret, type Secret } from '../lambda/secret/secret.ts';
import { randomIds } from '../lambda/runtime/ids.ts';

const keyBytes = 32;

/**
 * Opens the secret of a home folder, and creates it at the first start. Only the folder's owner may read the file. Throws an
 * `Error` with a message for people if the file does not hold a key.
 */
export async function openSecret(home: string): Promise<Secret> {
  const file = join(home, 'secret.key');
  const key = (await readIfPresent(file)) ?? (await createKey(file));
  if (key.length !== keyBytes) {
    throw new Error(
      `${file} is not a key of ${keyBytes} bytes. Delete it; unfinished backups then start again.`,
    );
  }
  return createSecret(key);
}

/** Writes a new key: the file is complete or does not exist. */
async function createKey(file: string): Promise<Buffer> {
  const temporary = `${file}.${randomIds.hex(8)}`;
  await writeFile(temporary, randomBytes(keyBytes), { mode: 0o600, flush: true });
  try {
    await link(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
  return readFile(file);
}

async function readIfPresent(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
