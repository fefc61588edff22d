import { timingSafeEqual } from 'node:crypto';
import { parseJson } from '../item/parse-json.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { signWith } from './secret.ts';

/*
 * A sealed object is a line with a signature, then JSON:
 *
 *   <HMAC with SHA-256 of the object's key, a line end and the JSON, 64 hex digits>
 *   {"done":true,...}
 *
 * Only Tidemark's functions have the job's key, so nobody who can merely write to the bucket can forge a plan or a result.
 * The signature covers the object's key, so an object that was copied to another name is detected too. Objects that refer
 * to files hold the files' checksums.
 */

const signatureLength = 64;

/** Writes a value as a sealed object. `signingKey`: the key of the job, derived from the secret. */
export function seal(signingKey: Uint8Array, key: string, value: object): Buffer {
  const json = JSON.stringify(value);
  return Buffer.from(`${sign(signingKey, key, json)}\n${json}`);
}

/** Reads the value of a sealed object. Throws `StagedDataCorrupt`, which names the object and shows none of its content. */
export function unseal(signingKey: Uint8Array, key: string, bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes);
  const json = text.subarray(signatureLength + 1);
  const expected = Buffer.from(`${sign(signingKey, key, json)}\n`);
  const found = text.subarray(0, signatureLength + 1);
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) {
    throw new TidemarkError(
      'StagedDataCorrupt',
      `${key} is not what was written. Request the backup or restore again.`,
    );
  }
  return parseJson(json.toString());
}

function sign(signingKey: Uint8Array, key: string, json: string | Uint8Array): string {
  return signWith(signingKey, `${key}\n`, json).toString('hex');
}
