import pMap from 'p-map';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Change, Keyed } from '../format/change.ts';
import { findLine } from './find-line.ts';
import {
  type FrameEntry,
  findFrameNumber,
  findFrames,
  type IndexedFile,
  readIndex,
} from '../format/frame-index.ts';
import { contains, type HashRange } from '../format/hash-range.ts';
import { decodeLine, decodeLines, type RunKind } from '../format/line.ts';
import { fetchFrames, openFrame } from './read-frames.ts';

export interface RunFile extends IndexedFile {
  readonly kind: RunKind;
}

interface OpenedFrame {
  readonly entry: FrameEntry;
  readonly lines: Buffer;
}

/** Frames by their SHA-256: frames of one checksum hold the same lines. */
export type FrameSet = ReadonlySet<string>;

/** Frames fetched at once by a lookup: they lie apart, and each is a request's latency. */
const framesAtOnce = 8;

const beforeAllKeys = Buffer.alloc(0);

/**
 * A run's file open for reading. Its index and the frames that were read last are kept, so that whoever asks for
 * ascending keys and ranges causes each frame to be fetched at most once. Which of its keys count is for the caller
 * to know: a snapshot refers to a run for ranges.
 */
export class OpenRun {
  readonly #store: ObjectStore;
  readonly #file: RunFile;
  readonly #keyCount: number;
  #index: Promise<readonly FrameEntry[]> | undefined;
  /** The frames that were read last, in a range and for a key: a later range may begin with either. */
  readonly #last: { range?: OpenedFrame; key?: OpenedFrame } = {};

  constructor(store: ObjectStore, file: RunFile, keyCount: number) {
    this.#store = store;
    this.#file = file;
    this.#keyCount = keyCount;
  }

  /** The file's frames. Fetched once; a failure is every caller's. */
  readIndex(): Promise<readonly FrameEntry[]> {
    this.#index ??= readIndex(this.#store, this.#file);
    return this.#index;
  }

  /** The key's line, be it a tombstone; undefined if there is none. Throws `SnapshotCorrupt`. */
  async find(key: Keyed): Promise<Change | undefined> {
    return (await this.findAll([key]))[0];
  }

  /** The lines of ascending keys, each at its key's place; with `among` only those that lie in these frames. */
  async findAll(keys: readonly Keyed[], among?: FrameSet): Promise<(Change | undefined)[]> {
    const index = await this.readIndex();
    const found: (Change | undefined)[] = keys.map(() => undefined);
    const byFrame = Map.groupBy(keys.entries(), ([, key]) => index[findFrameNumber(index, key)]);
    const wanted = [...byFrame].flatMap(([entry, keys]) =>
      entry === undefined || among?.has(entry.sha256) === false ? [] : [{ entry, keys }],
    );
    const last = wanted.at(-1)?.entry;
    await pMap(
      wanted,
      async ({ entry, keys }) => {
        const lines = await this.#linesOf(entry);
        if (entry === last) this.#last.key = { entry, lines };
        for (const [i, key] of keys) found[i] = this.#lineIn(lines, key);
      },
      { concurrency: framesAtOnce },
    );
    return found;
  }

  /** The lines of a range, in order, in batches of a frame, without those of the frames in `but`. */
  async *read(range: HashRange, readAhead: number, but: FrameSet): AsyncGenerator<Change[]> {
    const entries = findFrames(await this.readIndex(), range).filter(({ sha256 }) => !but.has(sha256));
    const kept = this.#kept(entries[0]);
    if (kept !== undefined) yield this.#linesFrom(kept, range);
    const rest = kept === undefined ? entries : entries.slice(1);
    for await (const stored of fetchFrames(this.#store, this.#file.key, rest, readAhead)) {
      const lines = openFrame(stored);
      this.#last.range = { entry: stored.entry, lines };
      yield this.#linesFrom(lines, range);
    }
  }

  #kept(entry: FrameEntry | undefined): Buffer | undefined {
    return [this.#last.range, this.#last.key].find((last) => last?.entry === entry)?.lines;
  }

  async #linesOf(entry: FrameEntry): Promise<Buffer> {
    const kept = this.#kept(entry);
    if (kept !== undefined) return kept;
    const [stored] = await Array.fromAsync(fetchFrames(this.#store, this.#file.key, [entry]));
    return stored === undefined ? Buffer.alloc(0) : openFrame(stored);
  }

  /** A copy, so that a line does not keep its frame in memory. */
  #lineIn(lines: Buffer, key: Keyed): Change | undefined {
    const { kind } = this.#file;
    const { start, end } = findLine(kind, lines, this.#keyCount, key);
    if (start === end) return undefined;
    return decodeLine(kind, Buffer.from(lines.subarray(start, end)), this.#keyCount);
  }

  #linesFrom(lines: Buffer, { from, to }: HashRange): Change[] {
    const { kind } = this.#file;
    const placeOf = (hash: bigint): number =>
      findLine(kind, lines, this.#keyCount, { hash, key: beforeAllKeys }).start;
    return decodeLines(kind, lines.subarray(placeOf(from), placeOf(to)), this.#keyCount);
  }
}

/** A run that lines are looked up in: among some of its frames, or in a range, if so said. */
export interface Layer {
  readonly run: OpenRun;
  readonly frames?: FrameSet;
  readonly range?: HashRange;
}

/** The newest line of each of the ascending keys, be it a tombstone, as far as there is any. Throws `SnapshotCorrupt`. */
export async function lookUp<T extends Keyed>(
  keys: readonly T[],
  newestFirst: readonly Layer[],
): Promise<Map<T, Change>> {
  const lines = new Map<T, Change>();
  for (const { run, frames, range } of newestFirst) {
    const missing = keys.filter(
      (key) => !lines.has(key) && (range === undefined || contains(range, key.hash)),
    );
    // Not even its index is fetched for nothing.
    if (missing.length === 0) continue;
    const found = await run.findAll(missing, frames);
    for (const [i, key] of missing.entries()) {
      const line = found[i];
      if (line !== undefined) lines.set(key, line);
    }
  }
  return lines;
}
