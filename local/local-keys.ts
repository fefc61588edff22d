import { readFile } from 'node:fs/promises';
import { type LoadKeys, keyVerbs, parseKeys } from '../lambda/dialects/access-keys.ts';

/** The development key. Everybody knows it, so endpoints with this key listen only on this machine. */
const developmentKey = { id: 'local', secrets: ['local'], groups: ['*'], verbs: keyVerbs };

/**
 * Returns the loader of the keys of the RDS and Kinetica endpoints: the keys of the file, which is read again after a
 * change, or without a file the development key. Throws an `Error` with a message for people if the file is wrong.
 */
export async function openLocalKeys(file: string | undefined): Promise<LoadKeys> {
  if (file === undefined) return async () => [developmentKey];
  const load: LoadKeys = async () => {
    try {
      return parseKeys(await readFile(file, 'utf8'));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`The key file ${file} cannot be used: ${reason}`, { cause });
    }
  };
  await load();
  return load;
}
