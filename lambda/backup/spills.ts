import { toFrames, writeFrames } from '../snapshot/format/frame-file.ts';
import { type HashRange, wholeRange, keepInRange } from '../snapshot/format/hash-range.ts';
import type { Limits } from '../snapshot/format/limits.ts';
import { mergeSorted } from '../snapshot/read/merge.ts';
import { combineChanges, type NetChange } from '../snapshot/compact/net-change.ts';
import { decodeNetChanges, encodeNetChange } from '../snapshot/compact/spill-record.ts';
import { isError, TidemarkError } from '../runtime/errors.ts';
import { readFrames } from '../snapshot/read/read-frames.ts';
import { SortBuffer } from '../snapshot/compact/sort-buffer.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Spill } from './backup-plan.ts';

/** Spills live for minutes, so they get zstd's fastest ordinary level. */
const spillLevel = 1;

/** Writes changes as spills: each has as many changes as fit into the memory in which they are sorted. */
export class SpillWriter {
  readonly #store: ObjectStore;
  readonly #limits: Limits;
  readonly #name: (n: number) => string;
  readonly #buffer: SortBuffer;
  readonly #written: Spill[] = [];

  /** `name` returns the nth spill's key; it must be new for each attempt at a task. */
  constructor(store: ObjectStore, limits: Limits, name: (n: number) => string) {
    this.#store = store;
    this.#limits = limits;
    this.#name = name;
    this.#buffer = new SortBuffer(limits.maxSortBytes);
  }

  /** Copies a change into the buffer; false if the buffer is full, so that `flush` must come first. */
  add(change: NetChange): boolean {
    return this.#buffer.add(change);
  }

  /** Writes the rest and returns the spills, merged into one if there are more than `maxSpills`. */
  async close(maxSpills: number): Promise<Spill[]> {
    if (!this.#buffer.isEmpty) await this.flush();
    if (this.#written.length > maxSpills) await this.#merge();
    return this.#written;
  }

  async flush(): Promise<void> {
    const key = this.#name(this.#written.length);
    const sorted = this.#buffer.drain(this.#limits.spillFrameBytes);
    const file = await writeFrames(this.#store, key, sorted.frames, spillLevel);
    this.#written.push({ ...file, key, lineBytes: sorted.lineBytes });
  }

  async #merge(): Promise<void> {
    const key = this.#name(this.#written.length);
    const merged = readSpills(this.#store, this.#written, wholeRange, this.#limits);
    const frames = toFrames(merged, (change) => [encodeNetChange(change)], this.#limits.spillFrameBytes);
    const file = await writeFrames(this.#store, key, frames, spillLevel);
    const lineBytes = this.#written.reduce((sum, spill) => sum + spill.lineBytes, 0);
    this.#written.splice(0, this.#written.length, { ...file, key, lineBytes });
  }
}

/**
 * Reads the spills' changes of a range in batches, in order of the keys, combined to one change for a key. Throws
 * `StagedDataCorrupt` for a spill that is damaged or missing.
 */
export function readSpills(
  store: ObjectStore,
  spills: readonly Spill[],
  range: HashRange,
  { maxReadBytes, maxSortBytes, batchEntries }: Limits,
): AsyncGenerator<NetChange[]> {
  const readAhead = Math.min(maxReadBytes, Math.ceil(maxSortBytes / Math.max(1, spills.length)));
  return mergeSorted(
    spills.map((spill) => readSpill(store, spill, range, readAhead)),
    combineChanges,
    batchEntries,
  );
}

async function* readSpill(
  store: ObjectStore,
  spill: Spill,
  range: HashRange,
  readAhead: number,
): AsyncGenerator<NetChange[]> {
  try {
    for await (const frame of readFrames(store, spill, range, readAhead)) {
      yield keepInRange(range, decodeNetChanges(frame));
    }
  } catch (error) {
    if (!isError(error, 'SnapshotCorrupt')) throw error;
    throw new TidemarkError('StagedDataCorrupt', `${spill.key} is not what was written`, { cause: error });
  }
}
