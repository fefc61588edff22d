import { isUtf8 } from 'node:buffer';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { JobFailure } from './errors.ts';

/** The keys that begin with the prefix as it stands: `a/data` is the beginning of `a/data2/x` too. */
export async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  const folder = prefix.slice(0, prefix.lastIndexOf('/'));
  for await (const { key } of store.list(folder)) if (key.startsWith(prefix)) keys.push(key);
  if (keys.length === 0) throw new JobFailure('S3NoSuchKey', 'No object begins with the prefix');
  return keys.sort();
}

/** An object's text. Throws an `Error` if it is not compressed so, or no UTF-8. */
export function textOf(object: Uint8Array, compression: string): Buffer {
  const text = decompressed(object, compression);
  if (!isUtf8(text)) throw new Error('not UTF-8');
  return text;
}

/** Lines end with `\n` alone: an item may hold what else ends a line for some readers, as U+2028. */
export function* linesOf(text: Buffer): Generator<string> {
  for (let at = 0; at < text.length;) {
    const next = text.indexOf('\n', at);
    const end = next === -1 ? text.length : next;
    const line = text.toString('utf8', at, end);
    if (line.trim() !== '') yield line;
    at = end + 1;
  }
}

function decompressed(bytes: Uint8Array, compression: string): Buffer {
  if (bytes.length === 0 || compression === 'NONE') return Buffer.from(bytes);
  return compression === 'GZIP' ? gunzipSync(bytes) : unzstd(bytes);
}

/** What `info` makes of an answer of zlib's (its documentation; the types do not know it). */
interface Decoded {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function isDecoded(value: object): value is Decoded {
  return 'engine' in value && 'buffer' in value;
}

/** zlib decodes one frame, or passes over one to be skipped, and says how far it came. */
function unzstd(bytes: Uint8Array): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const decoded: object = zstdDecompressSync(bytes.subarray(at), { info: true });
    if (!isDecoded(decoded)) throw new TypeError('zlib returned no information');
    frames.push(decoded.buffer);
    at += decoded.engine.bytesWritten;
  }
  return Buffer.concat(frames);
}
