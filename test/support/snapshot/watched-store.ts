import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { type FrameEntry, readIndex } from '../../../lambda/snapshot/format/frame-index.ts';
import type { RunRef } from '../../../lambda/snapshot/format/manifest.ts';

/** A store that counts what is read from it. */
export interface WatchedStore extends ObjectStore {
  /** Counts the reads that fetched some of the frame. */
  countFrameReads(run: RunRef, entry: FrameEntry): number;
  /** Returns how often the most-read byte was read. */
  maxByteReads(): number;
  /** Counts the reads of the object. */
  countFileReads(key: string): number;
}

export function watchStore(store: ObjectStore): WatchedStore {
  const reads: { key: string; from: number; to: number }[] = [];
  return {
    ...store,
    getRange(key, offset, length) {
      reads.push({ key, from: offset, to: offset + length });
      return store.getRange(key, offset, length);
    },
    countFrameReads: (run, { offset, length }) =>
      reads.filter(({ key, from, to }) => key === run.key && from < offset + length && to > offset).length,
    maxByteReads() {
      // The most-read stretch begins where a read begins.
      const covering = reads.map((one) =>
        reads.filter(({ key, from, to }) => key === one.key && from <= one.from && to > one.from),
      );
      return Math.max(0, ...covering.map(({ length }) => length));
    },
    countFileReads: (key) => reads.filter((read) => read.key === key).length,
  };
}

/** Lists every frame of the runs' files. A file that several runs refer to is listed once. */
export async function listFrames(
  store: ObjectStore,
  runs: readonly RunRef[],
): Promise<{ run: RunRef; entry: FrameEntry }[]> {
  const files = [...new Map(runs.map((run) => [run.key, run])).values()];
  const frames = await Promise.all(
    files.map(async (run) => (await readIndex(store, run)).map((entry) => ({ run, entry }))),
  );
  return frames.flat();
}
