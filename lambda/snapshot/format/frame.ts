import { hash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { TidemarkError } from '../../runtime/errors.ts';

/** zstd's own default level: measured about 270 MB/s on a core, and 3 to 5 percent smaller than level 1. */
const storedLevel = 3;

/** Node works in chunks of 64 KiB unless told otherwise: measured 3 times the CPU for decompressing a frame. */
const maxChunkBytes = 1024 * 1024;

/** So that the end of a frame is seen without another chunk. */
const spareBytes = 64;

/**
 * One zstd frame with a content checksum. On the caller's thread: handing 1 MiB to another one and getting it back costs
 * a third more CPU, and the 4 ms are short enough for everything else to wait.
 */
export function compressFrame(bytes: Uint8Array, level = storedLevel): Buffer {
  return zstdCompressSync(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
    pledgedSrcSize: bytes.length,
    chunkSize: Math.min(maxChunkBytes, Math.ceil(bytes.length / 2) + spareBytes),
  });
}

/**
 * The content of exactly one zstd frame. Its SHA-256 is checked before a byte is decoded. `rawLength` is a hint of
 * the content's length. Throws `SnapshotCorrupt` naming `what` if the checksum is not `sha256` or the frame does not
 * decode.
 */
export function decompressFrame(
  bytes: Uint8Array,
  sha256: string,
  what: string,
  rawLength = maxChunkBytes,
): Buffer {
  checkFrame(bytes, sha256, what);
  try {
    return zstdDecompressSync(bytes, { chunkSize: rawLength + spareBytes });
  } catch (cause) {
    throw corruptError(`${what}: not a whole zstd frame`, cause);
  }
}

/** Throws `SnapshotCorrupt` naming `what` if the bytes do not have this SHA-256. */
export function checkFrame(bytes: Uint8Array, sha256: string, what: string): void {
  if (sha256Hex(bytes) !== sha256) throw corruptError(`${what}: checksum mismatch`);
}

/** The JSON in a zstd frame, checked likewise; its shape is the caller's to know. */
export function decompressJson(bytes: Uint8Array, sha256: string, what: string): unknown {
  const json = decompressFrame(bytes, sha256, what);
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
