import { hash } from 'node:crypto';
import { parseJson } from '../item/parse-json.ts';
import { TidemarkError } from '../runtime/errors.ts';

/*
 * A sealed object is a line with a checksum, then JSON:
 *
 *   <SHA-256 of the object's key, a line end and the JSON, 64 hex digits>
 *   {"done":true,...}
 *
 * The key is part of the checksum, so that an object that was stored under another name is noticed too. Objects that refer
 * to files keep the files' checksums.
 */

const checksumLength = 64;

/** Writes a value as a sealed object. */
export function seal(key: string, value: object): Buffer {
  const json = JSON.stringify(value);
  return Buffer.from(`${checksumOf(key, json)}\n${json}`);
}

/** Reads the value of a sealed object. Throws `StagedDataCorrupt`, which names the object and shows none of its content. */
export function unseal(key: string, bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes);
  const json = text.subarray(checksumLength + 1);
  if (text.toString('latin1', 0, checksumLength + 1) !== `${checksumOf(key, json)}\n`) {
    throw new TidemarkError(
      'StagedDataCorrupt',
      `${key} is not what was written. Request the backup or restore again.`,
    );
  }
  return parseJson(json.toString());
}

function checksumOf(key: string, json: string | Buffer): string {
  return hash('sha256', Buffer.concat([Buffer.from(`${key}\n`), Buffer.from(json)]), 'hex');
}
