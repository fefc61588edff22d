import type { Services } from '../services/services.ts';
import { readBase } from '../snapshot/compact/base-frames.ts';
import type { Change } from '../snapshot/format/change.ts';
import { type Content, ContentSum } from '../snapshot/format/content.ts';
import { foldFrames } from '../snapshot/compact/fold.ts';
import { type CopiedFrame, toFrames, type RawFrame, writeFrames } from '../snapshot/format/frame-file.ts';
import { splitHashSpace, type HashRange, findRangeNumber, toHex } from '../snapshot/format/hash-range.ts';
import { encodeLine, type RunKind } from '../snapshot/format/line.ts';
import { type Manifest, runKey, type RunRef } from '../snapshot/format/manifest.ts';
import { mergeSorted } from '../snapshot/read/merge.ts';
import type { NetChange } from '../snapshot/compact/net-change.ts';
import { addOldImages } from '../snapshot/compact/old-images.ts';
import { readRuns } from '../snapshot/read/read-snapshot.ts';
import type { ApplyPlan, ApplyResult, BackupPlan, PartitionContent } from './backup-plan.ts';
import { type Budget, takeUntilSpent } from '../jobs/budget.ts';
import { NetEffect } from './net-effect.ts';
import { sourceOf } from './sources.ts';
import { readSpills } from './spills.ts';
import { keyRulesOf } from '../snapshot/format/key-rules.ts';

/**
 * The work of one invocation of `apply`.
 *
 * ```
 * spills of the changes ----- merge ---+--> one delta run               applyDelta
 * delta runs to replace --------^      |
 * base run of the partition ---------- fold --> a new base run each     foldPartitions
 * ```
 *
 * Always: the newest line of each key counts, and a run covers exactly its stated range.
 */
export interface RangeWork {
  readonly services: Services;
  readonly plan: BackupPlan;
  readonly applyPlan: ApplyPlan;
  readonly range: HashRange;
  readonly parent: Manifest | undefined;
  /** The parent's runs that the new runs replace, each with its part of the task's range. */
  readonly replaced: readonly RunRef[];
  readonly budget: Budget;
  /** The name of the run to write; each attempt uses a new one. */
  readonly name: string;
}

/** What one invocation wrote and counted; `next` is where the next one begins. */
export interface RangeResult extends Omit<ApplyResult, 'done' | 'next'> {
  readonly next: bigint | undefined;
}

/** Merges the changes with the delta runs to replace and writes one delta run, as far as the time budget goes. */
export async function applyDelta(work: RangeWork): Promise<RangeResult> {
  const { range, budget, services, applyPlan } = work;
  let next: bigint | undefined;
  let tombstones = 0;
  const effect = new NetEffect(applyPlan.partitions);
  const merged = takeUntilSpent(mergeChanges(work, range), budget, (hash) => {
    next = hash;
  });
  const encode = (change: Change): readonly Buffer[] => {
    if (change.image === undefined) tombstones++;
    return encodeLine('delta', change);
  };
  const frames = toFrames(countChanges(merged, effect), encode, services.config.limits.frameBytes);
  const run = await writeRun(work, 'delta', work.name, frames);
  const covered = toHex({ from: range.from, to: next ?? range.to });
  return {
    runs: run === undefined ? [] : [{ ...run, tombstones, range: covered, written: covered }],
    effect: effect.toContents(),
    folded: [],
    next,
  };
}

/** Folds changes and runs into a base run for each partition: at least one, and more as far as the time budget goes. */
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
    if (i > 0 && budget.isSpent()) return { runs, effect: effect.toContents(), folded, next: partition.from };
    // The folds of a backup without a parent count its content, so its changes make no claim.
    const { run, content } = await foldPartition(
      { ...work, name: `${work.name}.${i}` },
      partition,
      plan.parent === undefined ? undefined : effect,
    );
    if (run !== undefined) runs.push(run);
    folded.push({ partition: Number(first) + i, ...content });
  }
  return { runs, effect: effect.toContents(), folded, next: undefined };
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
    countChanges(mergeChanges(work, partition), effect),
    { keys: keyRulesOf(plan), frameBytes },
    total,
  );
  const run = await writeRun(work, 'base', work.name, frames);
  const range = toHex(partition);
  return { run: run && { ...run, tombstones: 0, range, written: range }, content: total.toContent() };
}

/** A new change, or the line of a delta run that is replaced. */
type Merged = Change & Partial<NetChange> & { readonly overDelta?: true };

/** Merges the changes of a range with the delta runs to replace, in order of the keys. The newest line of each key counts. */
function mergeChanges(
  { services, plan, applyPlan, parent, replaced }: RangeWork,
  range: HashRange,
): AsyncGenerator<Merged[]> {
  const { store, config } = services;
  const spilled = readSpills(store, applyPlan.spills, range, config.limits);
  const isExact = parent === undefined || sourceOf(plan.origin).isExact(plan.origin);
  const changes = isExact ? spilled : addOldImages(store, parent, range, spilled);
  const keys = keyRulesOf(plan);
  const deltas = replaced.filter((run) => run.kind === 'delta');
  if (deltas.length === 0) return changes;
  const { sources, starts } = readRuns(store, deltas, range, keys, config.limits);
  return mergeSorted<Merged>(
    [...sources, changes],
    (_older, newer) => ({ ...newer, overDelta: true }),
    config.limits.batchEntries,
    starts,
  );
}

/**
 * Counts the new changes and leaves out those that change nothing. It keeps a change that took the place of a line of a
 * replaced delta run: without both, an older line of the key would count again.
 */
async function* countChanges(
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

/** Writes frames as a run of the table; undefined if there are no frames, and so no run. */
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
