/*
 * The room `read/`: the readers of snapshots.
 *
 *   all items    readSnapshot ── a readRun for each run ── mergeSorted (merge.ts): the newest line of a key counts
 *   some keys    lookUp, readItem ── an OpenRun for each run (lookup.ts), newest run first ── findLine (find-line.ts)
 *   bytes        fetchFrames ── ranged reads of neighbouring frames, ahead of the caller (read-frames.ts)
 *
 * In: a store, and a manifest or its runs. Out: sorted lines in batches, or the newest line of a key.
 * Always holds: no byte of a frame is used before its SHA-256 was checked; a line counts only in the range for which the
 * snapshot refers to its run; damage is thrown as `SnapshotCorrupt`, never returned as content. Nothing is written.
 */
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Change } from '../format/change.ts';
import { fromHex, type HashRange, intersect, keepInRange } from '../format/hash-range.ts';
import { decodeLines } from '../format/line.ts';
import { defaultLimits, type Limits } from '../format/limits.ts';
import { type Manifest, type RunRef } from '../format/manifest.ts';
import { mergeSorted } from './merge.ts';
import { readFrames } from './read-frames.ts';
import { countOpenRuns, selectRuns } from './runs.ts';
import { type KeyRules, keyRulesOf } from '../format/key-rules.ts';

/**
 * Reads the items of a snapshot in a range of hashes, in order and in batches. It merges the runs, keeps the newest line
 * of each key, and drops tombstones. Throws `SnapshotCorrupt`.
 */
export async function* readSnapshot(
  store: ObjectStore,
  manifest: Manifest,
  range: HashRange,
  limits: Limits = defaultLimits,
): AsyncGenerator<readonly SnapshotItem[]> {
  const keys = keyRulesOf(manifest);
  const { sources, starts } = readRuns(store, manifest.runs, range, keys, limits);
  for await (const batch of mergeSorted(sources, (_older, newer) => newer, limits.batchEntries, starts))
    yield batch.filter(isItem);
}

/**
 * Prepares to read runs, oldest first, as the sources of a merge, each with its start. The bytes that they fetch ahead of
 * the merge are bounded over all of them: runs of different partitions are open one after another, and those that are open
 * at once share `maxAheadBytes`.
 */
export function readRuns(
  store: ObjectStore,
  runs: readonly RunRef[],
  range: HashRange,
  keys: KeyRules,
  { maxReadBytes, maxAheadBytes }: Pick<Limits, 'maxReadBytes' | 'maxAheadBytes'>,
): { readonly sources: AsyncGenerator<Change[]>[]; readonly starts: bigint[] } {
  const selected = selectRuns(runs, range);
  // For each run, the merge works on one read while the next one is under way.
  const share = Math.floor(maxAheadBytes / (2 * Math.max(1, countOpenRuns(selected))));
  const readAhead = Math.min(maxReadBytes, share);
  return {
    sources: selected.map((run) => readRun(store, run, range, keys, readAhead)),
    starts: selected.map((run) => fromHex(run.range).from),
  };
}

/** A change that is not a tombstone. */
export type SnapshotItem = Change & { readonly image: Buffer };

function isItem(change: Change): change is SnapshotItem {
  return change.image !== undefined;
}

/** Reads the changes of a run, in order, in one batch a frame. It reads only the part of `range` that the reference covers. */
export async function* readRun(
  store: ObjectStore,
  run: RunRef,
  range: HashRange,
  keys: KeyRules,
  readAhead: number,
): AsyncGenerator<Change[]> {
  const part = intersect(fromHex(run.range), range);
  if (part === undefined) return;
  for await (const frame of readFrames(store, run, part, readAhead)) {
    yield keepInRange(part, decodeLines(run.kind, frame, keys));
  }
}
