import type { Services } from '../services/services.ts';
import { readBase } from '../snapshot/compact/base-frames.ts';
import type { Change } from '../snapshot/format/change.ts';
import { type Content, ContentSum } from '../snapshot/format/content.ts';
import { foldFrames } from '../snapshot/compact/fold.ts';
import { type CopiedFrame, toFrames, type RawFrame, writeFrames } from '../snapshot/format/frame-file.ts';
import { splitHashSpace, type HashRange, findRangeNumber, toHex } from '../snapshot/format/hash-range.ts';
import { encodeLine, type RunKind } from '../snapshot/format/line.ts';
import { keyNamesOf, type Manifest, runKey, type RunRef } from '../snapshot/format/manifest.ts';
import { mergeSorted } from '../snapshot/read/merge.ts';
import type { NetChange } from '../snapshot/compact/net-change.ts';
import { addOldImages } from '../snapshot/compact/old-images.ts';
import { readRun } from '../snapshot/read/read-snapshot.ts';
import type { ApplyPlan, ApplyResult, BackupPlan, PartitionContent } from './backup-plan.ts';
import { type Budget, takeUntilSpent } from '../jobs/budget.ts';
import { NetEffect } from './net-effect.ts';
import { sourceOf } from './sources.ts';
import { readSpills } from './spills.ts';

/** One invocation's work. */
export interface RangeWork {
  readonly services: Services;
  readonly plan: BackupPlan;
  readonly applyPlan: ApplyPlan;
  readonly range: HashRange;
  readonly parent: Manifest | undefined;
  /** The parent's runs that go into the new ones, each for its part in the task's range. */
  readonly replaced: readonly RunRef[];
  readonly budget: Budget;
  /** Of the run to write; each attempt has another. */
  readonly name: string;
}

/** What was done; `next` is where the next invocation begins. */
export interface RangeResult extends Omit<ApplyResult, 'done' | 'next'> {
  readonly next: bigint | undefined;
}

/** Writes the changes, merged with the delta runs to replace, as one delta run, as far as the time goes. */
export async function applyDelta(work: RangeWork): Promise<RangeResult> {
  const { range, budget, services, applyPlan } = work;
  let next: bigint | undefined;
  let tombstones = 0;
  const effect = new NetEffect(applyPlan.partitions);
  const merged = takeUntilSpent(mergedChanges(work, range), budget, (hash) => {
    next = hash;
  });
  const encode = (change: Change): readonly Buffer[] => {
    if (change.image === undefined) tombstones++;
    return encodeLine('delta', change);
  };
  const frames = toFrames(counted(merged, effect), encode, services.config.limits.frameBytes);
  const run = await writeRun(work, 'delta', work.name, frames);
  const covered = toHex({ from: range.from, to: next ?? range.to });
  return {
    runs: run === undefined ? [] : [{ ...run, tombstones, range: covered, written: covered }],
    effect: effect.byPartition(),
    folded: [],
    next,
  };
}

/** Folds changes and runs into a base run for each partition, one partition at least, and more as far as the time goes. */
export async function foldPartitions(work: RangeWork): Promise<RangeResult> {
  const { range, budget, plan, applyPlan } = work;
  const effect = new NetEffect(applyPlan.partitions);
  const runs: RunRef[] = [];
  const folded: PartitionContent[] = [];
  const [first, last] = [range.from, range.to - 1n].map((hash) =>
    findRangeNumber(hash, applyPlan.partitions),
  );
  const partitions = splitHashSpace(applyPlan.partitions).slice(first, Number(last) + 1);
  for (const [i, partition] of partitions.entries()) {
    if (i > 0 && budget.isSpent())
      return { runs, effect: effect.byPartition(), folded, next: partition.from };
    // A base's content is what its fold counts; nothing is claimed beside it.
    const { run, content } = await foldPartition(
      { ...work, name: `${work.name}.${i}` },
      partition,
      plan.parent === undefined ? undefined : effect,
    );
    if (run !== undefined) runs.push(run);
    folded.push({ partition: Number(first) + i, ...content });
  }
  return { runs, effect: effect.byPartition(), folded, next: undefined };
}

async function foldPartition(
  work: RangeWork,
  partition: HashRange,
  effect: NetEffect | undefined,
): Promise<{ run: RunRef | undefined; content: Content }> {
  const { services, plan, replaced } = work;
  const { frameBytes, maxReadBytes } = services.config.limits;
  const bases = replaced.filter((run) => run.kind === 'base');
  const total = new ContentSum();
  const frames = foldFrames(
    readBase(services.store, bases, partition, maxReadBytes),
    counted(mergedChanges(work, partition), effect),
    { keyCount: keyNamesOf(plan.description).length, frameBytes },
    total,
  );
  const run = await writeRun(work, 'base', work.name, frames);
  const range = toHex(partition);
  return { run: run && { ...run, tombstones: 0, range, written: range }, content: total.toContent() };
}

/** A new change, or the line of a delta run that is replaced. */
type Merged = Change & Partial<NetChange> & { readonly overDelta?: true };

/** The range's changes and the delta runs to replace, in order; the newest of a key. */
function mergedChanges(
  { services, plan, applyPlan, parent, replaced }: RangeWork,
  range: HashRange,
): AsyncGenerator<Merged[]> {
  const { store, config } = services;
  const { maxReadBytes, batchEntries } = config.limits;
  const spilled = readSpills(store, applyPlan.spills, range, config.limits);
  const isExact = parent === undefined || sourceOf(plan.origin).isExact(plan.origin);
  const changes = isExact ? spilled : addOldImages(store, parent, range, spilled);
  const keyCount = keyNamesOf(plan.description).length;
  const deltas = replaced.filter((run) => run.kind === 'delta');
  if (deltas.length === 0) return changes;
  return mergeSorted<Merged>(
    [...deltas.map((run) => readRun(store, run, range, keyCount, maxReadBytes)), changes],
    (_older, newer) => ({ ...newer, overDelta: true }),
    batchEntries,
  );
}

/**
 * Counts the new changes and leaves out those that change nothing, unless they stand for the line of a delta run that
 * is replaced: without it an older line would come to light.
 */
async function* counted(
  batches: AsyncIterable<readonly Merged[]>,
  effect: NetEffect | undefined,
): AsyncGenerator<readonly Merged[]> {
  for await (const batch of batches) {
    yield effect === undefined
      ? batch
      : batch.filter((change) => !isNew(change) || effect.add(change) || change.overDelta === true);
  }
}

function isNew(change: Merged): change is NetChange & Merged {
  return change.first !== undefined;
}

/** Stores frames as a run of the table; undefined if there is none: no run is written for nothing. */
async function writeRun(
  { services, plan }: RangeWork,
  kind: RunKind,
  name: string,
  frames: AsyncGenerator<RawFrame | CopiedFrame>,
): Promise<Omit<RunRef, 'tombstones' | 'range' | 'written'> | undefined> {
  const first = await frames.next();
  if (first.done === true) return undefined;
  const all = (async function* () {
    yield first.value;
    yield* frames;
  })();
  const key = runKey(plan.table.tableId, name);
  return { key, kind, ...(await writeFrames(services.store, key, all)) };
}
