import { isUtf8 } from 'node:buffer';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { JobFailure } from './errors.ts';

/** Lists the keys that begin with the prefix. It need not end at a slash: `a/data2/x` begins with `a/data`. */
export async function listKeys(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  const folder = prefix.slice(0, prefix.lastIndexOf('/'));
  for await (const { key } of store.list(folder)) if (key.startsWith(prefix)) keys.push(key);
  if (keys.length === 0) throw new JobFailure('S3NoSuchKey', 'No object begins with the prefix');
  return keys.sort();
}

/** The most text that an object of an import may have. A table has at most 200,000 items here, of about 1 KB each. */
const maxTextBytes = 512 * 1024 * 1024;

/**
 * Decompresses an object's text. Throws an `Error` if the object has another compression, is not UTF-8, or has more than
 * `maxTextBytes`.
 */
export function decompressText(object: Uint8Array, compression: string): Buffer {
  const text = decompress(object, compression);
  if (!isUtf8(text)) throw new Error('not UTF-8');
  return text;
}

/** Splits a text at `\n` only: items may contain other characters that end a line for some readers, such as U+2028. */
export function* splitLines(text: Buffer): Generator<string> {
  for (let at = 0; at < text.length;) {
    const next = text.indexOf('\n', at);
    const end = next === -1 ? text.length : next;
    const line = text.toString('utf8', at, end);
    if (line.trim() !== '') yield line;
    at = end + 1;
  }
}

function decompress(bytes: Uint8Array, compression: string): Buffer {
  if (bytes.length === 0 || compression === 'NONE') return Buffer.from(bytes);
  return compression === 'GZIP' ? gunzipSync(bytes, { maxOutputLength: maxTextBytes }) : unzstd(bytes);
}

/** What zlib returns with the option `info`, which its types leave out. */
interface Decoded {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function isDecoded(value: object): value is Decoded {
  return 'engine' in value && 'buffer' in value;
}

/** Decompresses all frames. Each call of zlib decodes one frame, or skips one, and reports how many bytes that took. */
function unzstd(bytes: Uint8Array): Buffer {
  const frames: Buffer[] = [];
  let left = maxTextBytes;
  for (let at = 0; at < bytes.length;) {
    const decoded: object = zstdDecompressSync(bytes.subarray(at), { info: true, maxOutputLength: left });
    if (!isDecoded(decoded)) throw new TypeError('zlib returned no information');
    frames.push(decoded.buffer);
    // At least 1: zlib takes no 0, and the next frame may be empty.
    left = Math.max(1, left - decoded.buffer.length);
    at += decoded.engine.bytesWritten;
  }
  return Buffer.concat(frames);
}
