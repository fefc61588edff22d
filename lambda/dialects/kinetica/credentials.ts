import { type AccessKey, isSameText, type LoadKeys } from '../access-keys.ts';
import type { HttpRequest } from '../http.ts';
import { KineticaError } from './kinetica-error.ts';

const maxHeaderLength = 4096;

/**
 * Finds the key of a request: `Basic` with a key's id and secret, or `Bearer` with a secret. Throws `KineticaError`, with
 * one text for all reasons.
 */
export async function findKey(loadKeys: LoadKeys, { headers }: HttpRequest): Promise<AccessKey> {
  const header = headers['authorization'] ?? '';
  const [scheme = '', credential = ''] = header.slice(0, maxHeaderLength).split(' ', 2);
  const keys = await loadKeys();
  const key =
    scheme.toLowerCase() === 'basic'
      ? findByPassword(keys, credential)
      : scheme.toLowerCase() === 'bearer'
        ? findBySecret(keys, credential)
        : undefined;
  if (key !== undefined && header.length <= maxHeaderLength) return key;
  throw new KineticaError('Unauthorized: the credentials are missing or wrong', 401);
}

function findByPassword(keys: readonly AccessKey[], credential: string): AccessKey | undefined {
  const text = Buffer.from(credential, 'base64').toString('utf8');
  const at = text.indexOf(':');
  if (at < 0) return undefined;
  const key = findBySecret(
    keys.filter(({ id }) => id === text.slice(0, at)),
    text.slice(at + 1),
  );
  return key;
}

/** Compares the secret with all secrets of all keys, so that the time does not reveal which one is equal. */
function findBySecret(keys: readonly AccessKey[], given: string): AccessKey | undefined {
  // Clients without credentials send this word.
  if (given === '' || given === 'undefined') return undefined;
  // Compare every secret, even after an equal one.
  const compared = keys.map(
    (key) => [key, key.secrets.map((secret) => isSameText(secret, given)).includes(true)] as const,
  );
  return compared.find(([, isSame]) => isSame)?.[0];
}
