import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import type { Services } from '../services/services.ts';
import { type HashRange, formatHash } from '../snapshot/format/hash-range.ts';
import { readSnapshot } from '../snapshot/read/read-snapshot.ts';
import type { TaskInput, TaskResult } from '../jobs/task.ts';
import { ImportLines } from './import-lines.ts';
import { importKeyOf } from './import-source.ts';
import { runRangeParts } from './range-part.ts';
import { type CurrentRestore, type RangeResult, readSourceManifest } from './current-restore.ts';
import type { RestoreJob } from '../jobs/job.ts';

/**
 * Merges one range of the snapshot into gzip objects of `{"Item":...}` lines, one object a part: an import needs
 * every key exactly once. A part ends by its bytes, not by the clock, so that a repeat stores the same object:
 * DynamoDB imports all objects under the prefix.
 */
export function materializeRange(
  services: Services,
  input: TaskInput<RestoreJob>,
): Promise<TaskResult<RestoreJob>> {
  return runRangeParts(services, input, 'import', async function* materialize(current, { part, range }) {
    yield writeObject(services, current, range, importKeyOf(services, input.job, input.task, part));
  });
}

/**
 * Each chunk of gzip output is passed between threads: Node's default size of 16 KiB costs this step two thirds more CPU.
 */
const chunkBytes = 256 * 1024;

/** Stores one object at gzip level 1: the objects live for hours, and gzip's default level takes five times as long. */
async function writeObject(
  services: Services,
  current: CurrentRestore,
  range: HashRange,
  key: string,
): Promise<RangeResult> {
  const { store, config } = services;
  const { limits } = config;
  const manifest = await readSourceManifest(services, current);
  const lines = new ImportLines(limits.partBytes);
  const gzip = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: chunkBytes });
  await pipeline(
    Readable.from(lines.format(readSnapshot(store, manifest, range, limits))),
    gzip,
    async (bytes: AsyncIterable<Uint8Array>) => {
      await store.putStream(key, bytes);
    },
  );
  const { items, digest, next } = lines;
  return {
    done: next === undefined,
    items,
    digest: digest.toHex(),
    next: next === undefined ? undefined : formatHash(next),
  };
}
