import { createHmac } from 'node:crypto';

/**
 * A key that only Tidemark's own functions can use. In a deployment it never leaves KMS; on one machine it is a file. Keys
 * for signatures are derived from it, so nobody can forge a signature who may only write to the bucket, the catalog or the
 * tags of a table.
 */
export interface Secret {
  /** Returns 32 bytes that depend on the secret and on the purpose alone. */
  deriveKey(purpose: string): Promise<Buffer>;
}

/** Creates the port over a key that this process holds. */
export function createSecret(key: Uint8Array): Secret {
  return { deriveKey: (purpose) => Promise.resolve(signWith(key, purpose)) };
}

/** Signs the text: HMAC with SHA-256. */
export function signWith(key: Uint8Array, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/** Creates a secret that calls `make` when it is first used, and then keeps what it made. */
export function createLazySecret(make: () => Promise<Secret>): Secret {
  let made: Promise<Secret> | undefined;
  return {
    async deriveKey(purpose) {
      made ??= make();
      return (await made).deriveKey(purpose);
    },
  };
}

/** The most derived keys that `rememberKeys` keeps. A function works on a few jobs at a time. */
const maxKeys = 100;

/**
 * Remembers the latest derived keys, so that a function derives the key of a job only once. A failed derivation is not
 * remembered.
 */
export function rememberKeys(secret: Secret): Secret {
  const known = new Map<string, Promise<Buffer>>();
  return {
    deriveKey(purpose) {
      const found = known.get(purpose);
      if (found !== undefined) return found;
      const [oldest] = known.keys();
      if (oldest !== undefined && known.size >= maxKeys) known.delete(oldest);
      const derived = secret.deriveKey(purpose);
      known.set(purpose, derived);
      derived.catch(() => known.delete(purpose));
      return derived;
    },
  };
}
