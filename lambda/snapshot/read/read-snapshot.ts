import type { ObjectStore } from '../../storage/object-store.ts';
import type { Change } from '../format/change.ts';
import { fromHex, type HashRange, intersect, keepInRange } from '../format/hash-range.ts';
import { decodeLines } from '../format/line.ts';
import { defaultLimits, type Limits } from '../format/limits.ts';
import { keyNamesOf, type Manifest, type RunRef } from '../format/manifest.ts';
import { mergeSorted } from './merge.ts';
import { readFrames } from './read-frames.ts';

/**
 * The items of a snapshot in a range of hashes, in order, in batches: its runs merged, the newest line of a key
 * winning, tombstones dropped. Every frame's checksum is checked. Throws `SnapshotCorrupt`.
 */
export async function* readSnapshot(
  store: ObjectStore,
  manifest: Manifest,
  range: HashRange,
  limits: Limits = defaultLimits,
): AsyncGenerator<readonly SnapshotItem[]> {
  const keyCount = keyNamesOf(manifest.description).length;
  const sources = manifest.runs.map((run) => readRun(store, run, range, keyCount, limits.maxReadBytes));
  for await (const batch of mergeSorted(sources, (_older, newer) => newer, limits.batchEntries))
    yield batch.filter(isItem);
}

/** A change that is an item. */
export type SnapshotItem = Change & { readonly image: Buffer };

function isItem(change: Change): change is SnapshotItem {
  return change.image !== undefined;
}

/** The changes of a run in the part of `range` for which it is referred to, in order, in batches of a frame. */
export async function* readRun(
  store: ObjectStore,
  run: RunRef,
  range: HashRange,
  keyCount: number,
  readAhead: number,
): AsyncGenerator<Change[]> {
  const part = intersect(fromHex(run.range), range);
  if (part === undefined) return;
  for await (const frame of readFrames(store, run, part, readAhead)) {
    yield keepInRange(part, decodeLines(run.kind, frame, keyCount));
  }
}
