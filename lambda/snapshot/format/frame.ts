import { hash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { isError, TidemarkError } from '../../runtime/errors.ts';

/** The zstd level of stored files: zstd's own default. Measured: about 270 MB/s on a core, 3 to 5 percent smaller than level 1. */
const storedLevel = 3;

/** Node's default chunks of 64 KiB were measured to triple the CPU time of decompressing a frame. */
const maxChunkBytes = 1024 * 1024;

/**
 * Content of at most this length is decompressed in one chunk. A frame of lines has up to twice 1 MiB, and just more than one
 * chunk would cost a copy of it: folding took a fifth longer.
 */
const maxWholeBytes = 4 * maxChunkBytes;

/** Extra room in the output, so that zstd reaches the end of a frame without another chunk. */
const spareBytes = 64;

/**
 * Compresses bytes to one zstd frame with a content checksum. It uses the caller's thread: passing 1 MiB to another thread
 * and back costs a third more CPU, and other work can wait for 4 ms.
 */
export function compressFrame(bytes: Uint8Array, level = storedLevel): Buffer {
  return zstdCompressSync(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
    pledgedSrcSize: bytes.length,
    chunkSize: Math.min(maxChunkBytes, Math.ceil(bytes.length / 2) + spareBytes),
  });
}

/**
 * A frame of lines or of JSON may have at most this many bytes, compressed or not. A frame ends with the line that brings
 * it to about 1 MiB; the manifest of 16,384 partitions with nine runs each has about 60 MB.
 */
export const maxFrameBytes = 128 * 1024 * 1024;

/**
 * Decompresses exactly one zstd frame, after checking its SHA-256. It takes memory for `maxLength` bytes of content at most,
 * even if the frame claims more. Throws `SnapshotCorrupt`, with `what` in the message, if the checksum is not `sha256`, the
 * frame does not decode, or its content is longer.
 */
export function decompressFrame(bytes: Uint8Array, sha256: string, what: string, maxLength: number): Buffer {
  checkFrame(bytes, sha256, what);
  try {
    return zstdDecompressSync(bytes, {
      chunkSize: (maxLength <= maxWholeBytes ? maxLength : maxChunkBytes) + spareBytes,
      maxOutputLength: Math.max(1, maxLength),
      params: { [constants.ZSTD_d_windowLogMax]: windowLogOf(maxLength) },
    });
  } catch (cause) {
    if (cause instanceof RangeError) throw corruptError(`${what}: more than ${maxLength} bytes`, cause);
    throw corruptError(`${what}: not a whole zstd frame`, cause);
  }
}

/** The smallest window with which content of this length can be compressed. A frame may ask for more: up to 2 GiB. */
function windowLogOf(length: number): number {
  const [least, most] = [10, 27];
  return Math.min(most, Math.max(least, Math.ceil(Math.log2(length + 1))));
}

/** Throws `SnapshotCorrupt`, with `what` in the message, if the bytes do not have this SHA-256. */
export function checkFrame(bytes: Uint8Array, sha256: string, what: string): void {
  if (sha256Hex(bytes) !== sha256) throw corruptError(`${what}: checksum mismatch`);
}

/** Decompresses a zstd frame like `decompressFrame` and parses its JSON. The caller must check the shape of the value. */
export function decompressJson(bytes: Uint8Array, sha256: string, what: string): unknown {
  const json = decompressFrame(bytes, sha256, what, maxFrameBytes);
  try {
    return JSON.parse(json.toString());
  } catch (cause) {
    throw corruptError(`${what}: not JSON`, cause);
  }
}

export function sha256Hex(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

export function corruptError(message: string, cause?: unknown): TidemarkError {
  return new TidemarkError('SnapshotCorrupt', message, cause === undefined ? undefined : { cause });
}

/** Adds the key of the stored object to a `SnapshotCorrupt` that has none. Returns any other error as it is. */
export function nameObject(error: unknown, object: string): unknown {
  if (!isError(error, 'SnapshotCorrupt') || error.object !== undefined) return error;
  return new TidemarkError(error.code, error.message, { cause: error.cause, object });
}
