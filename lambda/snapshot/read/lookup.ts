/**
 * Lookup: finds the newest line of each of some keys, by searching runs from the newest to the oldest.
 *
 *   keys, ascending      k1      k2      k3      k4
 *   newest run           .       line    .       .       searched for k1 k2 k3 k4
 *   older run            line    .       .       .       searched for k1 k3 k4
 *   oldest run, a base   .       .       line    .       searched for k3 k4; the snapshot has no item k4
 *
 * In: ascending keys, and layers: runs, each limited to a range or to some of its frames if the caller says so. Out:
 * for each key the newest line, which may be a tombstone; nothing for a key without a line. Always holds: a run is not
 * touched once every key has been found. Each index is fetched at most once and, as long as keys and ranges ascend,
 * each frame too.
 */
import pMap from 'p-map';
import type { ObjectStore } from '../../storage/object-store.ts';
import { type Change, type Keyed, startOfHash } from '../format/change.ts';
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
import type { KeyRules } from '../format/key-rules.ts';

/** A reference to a run's file. */
export interface RunFile extends IndexedFile {
  readonly kind: RunKind;
}

/** A decompressed frame. */
interface OpenedFrame {
  readonly entry: FrameEntry;
  readonly lines: Buffer;
}

/** Frames by their SHA-256: frames with the same checksum hold the same lines. */
export type FrameSet = ReadonlySet<string>;

/** How many frames a lookup fetches at once: they lie apart, so each costs the latency of a request. */
const maxFramesAtOnce = 8;

/**
 * A run's file that is open for reading. It keeps the index and the frames that were read last, so that callers who ask for
 * ascending keys and ranges fetch each frame at most once. A snapshot refers to a run only for certain ranges; this class
 * does not know them, so the caller must not look for keys outside of them.
 */
export class OpenRun {
  readonly #store: ObjectStore;
  readonly #file: RunFile;
  readonly #keys: KeyRules;
  #index: Promise<readonly FrameEntry[]> | undefined;
  /** The last frame that was read for a range, and the last one for a key: the next range may begin with either. */
  readonly #last: { range?: OpenedFrame; key?: OpenedFrame } = {};

  constructor(store: ObjectStore, file: RunFile, keys: KeyRules) {
    this.#store = store;
    this.#file = file;
    this.#keys = keys;
  }

  /** Returns the file's frames. The index is fetched once; if that fails, every call fails. */
  readIndex(): Promise<readonly FrameEntry[]> {
    this.#index ??= readIndex(this.#store, this.#file);
    return this.#index;
  }

  /** Finds the line of a key, which may be a tombstone. Undefined if there is none. Throws `SnapshotCorrupt`. */
  async find(key: Keyed): Promise<Change | undefined> {
    return (await this.findAll([key]))[0];
  }

  /** Finds the lines of ascending keys, each at its key's place. With `among` it searches only these frames. */
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
        const lines = await this.#loadFrame(entry);
        if (entry === last) this.#last.key = { entry, lines };
        for (const [i, key] of keys) found[i] = this.#copyLine(lines, key);
      },
      { concurrency: maxFramesAtOnce },
    );
    return found;
  }

  /**
   * Reads the lines from a place up to a hash (exclusive), in order, in one batch a frame. It leaves out the frames in
   * `except`.
   */
  async *read(from: Keyed, to: bigint, readAhead: number, except: FrameSet): AsyncGenerator<Change[]> {
    const index = await this.readIndex();
    const reaching = index.slice(Math.max(0, findFrameNumber(index, from)));
    const entries = findFrames(reaching, { from: from.hash, to }).filter(({ sha256 }) => !except.has(sha256));
    const kept = this.#findKept(entries[0]);
    if (kept !== undefined) yield this.#decodeLines(kept, from, to);
    const rest = kept === undefined ? entries : entries.slice(1);
    for await (const stored of fetchFrames(this.#store, this.#file.key, rest, readAhead)) {
      const lines = openFrame(stored);
      this.#last.range = { entry: stored.entry, lines };
      yield this.#decodeLines(lines, from, to);
    }
  }

  #findKept(entry: FrameEntry | undefined): Buffer | undefined {
    return [this.#last.range, this.#last.key].find((last) => last?.entry === entry)?.lines;
  }

  async #loadFrame(entry: FrameEntry): Promise<Buffer> {
    const kept = this.#findKept(entry);
    if (kept !== undefined) return kept;
    const [stored] = await Array.fromAsync(fetchFrames(this.#store, this.#file.key, [entry]));
    return stored === undefined ? Buffer.alloc(0) : openFrame(stored);
  }

  /** Finds a key's line and copies it: a view would keep the whole frame in memory. */
  #copyLine(lines: Buffer, key: Keyed): Change | undefined {
    const { kind } = this.#file;
    const { start, end } = findLine(kind, lines, this.#keys, key);
    if (start === end) return undefined;
    return decodeLine(kind, Buffer.from(lines.subarray(start, end)), this.#keys);
  }

  #decodeLines(lines: Buffer, from: Keyed, to: bigint): Change[] {
    const { kind } = this.#file;
    const findStart = (place: Keyed): number => findLine(kind, lines, this.#keys, place).start;
    return decodeLines(kind, lines.subarray(findStart(from), findStart(startOfHash(to))), this.#keys);
  }
}

/** A run to search. If set, only these frames of it, or only keys in this range, are searched. */
export interface Layer {
  readonly run: OpenRun;
  readonly frames?: FrameSet;
  readonly range?: HashRange;
}

/** Finds the newest line of each of the ascending keys. Keys without a line are not in the map. Throws `SnapshotCorrupt`. */
export async function lookUp<T extends Keyed>(
  keys: readonly T[],
  newestFirst: readonly Layer[],
): Promise<Map<T, Change>> {
  const lines = new Map<T, Change>();
  for (const { run, frames, range } of newestFirst) {
    const missing = keys.filter(
      (key) => !lines.has(key) && (range === undefined || contains(range, key.hash)),
    );
    // Without a key to search for, not even the index is fetched.
    if (missing.length === 0) continue;
    const found = await run.findAll(missing, frames);
    for (const [i, key] of missing.entries()) {
      const line = found[i];
      if (line !== undefined) lines.set(key, line);
    }
  }
  return lines;
}
