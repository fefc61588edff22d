import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { isError, TidemarkError } from '../runtime/errors.ts';
import type { NetChange } from '../snapshot/compact/net-change.ts';
import { type StagedKeys, StagedLineParser } from '../snapshot/compact/staged-record.ts';
import type { StagedFile } from '../sources/staged-files.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { splitLines } from './split-lines.ts';
import type { SpillWriter } from './spills.ts';

/** Each chunk of gunzip is passed between threads. With Node's default chunks of 16 KiB, reading takes 1.5 times as long. */
const chunkBytes = 256 * 1024;

/**
 * Adds the records of a staged file to spills. Throws `StagedDataCorrupt` if the file is missing, damaged, or does not
 * match its writer's record of it, and `RecordNotUnderstood` for a line of another shape; both name the file.
 */
export async function readStagedFile(
  store: ObjectStore,
  file: StagedFile,
  keys: StagedKeys,
  spills: SpillWriter,
): Promise<void> {
  const stored = new StoredBytes(store, file);
  try {
    await addRecords(stored, file, keys, spills);
  } catch (error) {
    if (isError(error, 'ObjectNotFound')) throw corruptError(`${file.key} is missing`, error);
    // Report the damage instead: it is the cause of all other faults of a damaged file.
    if (error instanceof TidemarkError || isZlibError(error)) await checkFile(store, file);
    throw isZlibError(error) ? corruptError(`${file.key} cannot be decompressed`, error) : error;
  }
  stored.check();
}

async function addRecords(
  stored: StoredBytes,
  file: StagedFile,
  keys: StagedKeys,
  spills: SpillWriter,
): Promise<void> {
  const staged = new StagedLineParser(keys, file.order);
  let records = 0;
  const parse = async (bytes: AsyncIterable<Buffer>): Promise<void> => {
    for await (const lines of splitLines(bytes, file.key)) {
      records += lines.length;
      // Checks during the reading: a small file may decompress to any number of lines.
      if (records > file.records) {
        throw corruptError(`${file.key} holds more records than the ${file.records} that its writer counted`);
      }
      for (const line of lines) {
        const change = parseLine(staged, line, file);
        if (!spills.add(change)) {
          await spills.flush();
          spills.add(change);
        }
      }
    }
  };
  try {
    await pipeline(Readable.from(stored.chunks()), createGunzip({ chunkSize: chunkBytes }), parse);
  } catch (error) {
    // An empty file is not valid gzip, but it is a valid staged file without records.
    if (!isZlibError(error) || stored.length > 0) throw error;
  }
  if (records !== file.records) {
    throw corruptError(`${file.key} holds ${records} records, not ${file.records}`);
  }
}

/** Reads the whole file. Throws `StagedDataCorrupt` if it does not have the checksum that its writer recorded. */
async function checkFile(store: ObjectStore, file: StagedFile): Promise<void> {
  const stored = new StoredBytes(store, file);
  for await (const _chunk of stored.chunks());
  stored.check();
}

/** Reads a file's bytes from the store, and computes their checksum. */
class StoredBytes {
  length = 0;
  readonly #store: ObjectStore;
  readonly #file: StagedFile;
  readonly #hash: Hash;

  constructor(store: ObjectStore, file: StagedFile) {
    this.#store = store;
    this.#file = file;
    this.#hash = createHash(file.checksum.algorithm);
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#store.getStream(this.#file.key)) {
      this.length += chunk.length;
      this.#hash.update(chunk);
      yield chunk;
    }
  }

  /** Throws `StagedDataCorrupt` if the bytes do not have the checksum that their writer recorded. */
  check(): void {
    const { key, checksum } = this.#file;
    if (this.#hash.digest('base64') !== checksum.base64) {
      throw corruptError(
        `${key} is damaged: its bytes have another ${checksum.algorithm.toUpperCase()} than its writer recorded`,
      );
    }
  }
}

function parseLine(staged: StagedLineParser, line: Buffer, { key }: StagedFile): NetChange {
  try {
    return staged.parse(line);
  } catch (cause) {
    if (!(cause instanceof TidemarkError)) throw cause;
    throw new TidemarkError(cause.code, `${key}: ${cause.message}`, { cause });
  }
}

function corruptError(message: string, cause?: unknown): TidemarkError {
  return new TidemarkError('StagedDataCorrupt', message, { cause });
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
