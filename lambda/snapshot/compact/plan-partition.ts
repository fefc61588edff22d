import type { Kind } from '../../model/records.ts';
import { fromHex, type HashRange, intersect } from '../format/hash-range.ts';
import type { Limits } from '../format/limits.ts';
import type { RunRef } from '../format/manifest.ts';
import type { PlacedRun } from '../read/runs.ts';
import type { RangePlan } from './range-plan.ts';

/** The input of a plan. */
export interface CompactionInput {
  /** The parent's runs; none if there is no parent. */
  readonly runs: readonly RunRef[];
  /** The number of the parent's partitions; 1 if there is no parent. */
  readonly partitions: number;
  /** The size of the changes, as lines of a delta run before compression. */
  readonly changedBytes: number;
  readonly kind: Kind;
}

/** The decision for one partition. */
export interface PartitionWork extends Omit<RangePlan, 'range'> {
  readonly range: HashRange;
  /** The bytes to read and write, before compression. 0: nothing to do. */
  readonly work: number;
}

/** Decides how the changes of one partition are applied. `placed` are its runs. */
export function planPartition(
  input: CompactionInput,
  range: HashRange,
  placed: readonly PlacedRun[],
  limits: Limits,
): PartitionWork {
  const { changedBytes, kind, partitions, runs } = input;
  const sizesOf = (runKind: RunRef['kind']): Sized[] =>
    placed.flatMap(({ place, run }) =>
      run.kind === runKind ? { place, bytes: estimateBytes(run, range) } : [],
    );
  const [bases, deltas] = [sizesOf('base'), sizesOf('delta')];
  const changed = changedBytes / partitions;
  const base = sum(bases);
  const all = base + sum(deltas) + changed;
  const fold =
    kind === 'full' ? bases.length !== 1 || all > base : base === 0 || all - base >= limits.foldShare * base;
  if (fold && all > 0) return { range, fold, mergeFrom: 0, work: all };
  const merged = chooseMerge(deltas, changed, bases.length, kind, limits.maxRuns);
  const idle = changed === 0 && merged.length < 2;
  return {
    range,
    fold: false,
    mergeFrom: idle ? runs.length : (merged[0]?.place ?? runs.length),
    work: idle ? 0 : sum(merged) + changed,
  };
}

/** A run's place in the parent's list, and its size in one partition. */
interface Sized {
  readonly place: number;
  /** Estimated, before compression. */
  readonly bytes: number;
}

/**
 * Chooses the newest delta runs to merge with the changes. For a differential backup: all. Otherwise: none until a key
 * would have more than `maxRuns` runs, and then as many as cost the fewest written bytes for each removed run.
 */
function chooseMerge(
  deltas: readonly Sized[],
  changed: number,
  bases: number,
  kind: Kind,
  maxRuns: number,
): readonly Sized[] {
  if (kind === 'differential') return deltas;
  const excess = bases + deltas.length + 1 - maxRuns;
  if (changed === 0 || excess <= 0) return [];
  let best = deltas;
  let bestCost = Infinity;
  for (let start = deltas.length - Math.min(excess, deltas.length); start >= 0; start--) {
    const merged = deltas.slice(start);
    const cost = (sum(merged) + changed) / merged.length;
    if (cost >= bestCost) continue;
    best = merged;
    bestCost = cost;
  }
  return best;
}

/** Estimates how many bytes of a run, before compression, lie in the range: hashes are spread evenly. */
export function estimateBytes(run: RunRef, range: HashRange): number {
  const part = intersect(fromHex(run.range), range);
  if (part === undefined) return 0;
  const written = fromHex(run.written);
  return run.rawBytes * (Number(part.to - part.from) / Number(written.to - written.from));
}

function sum(values: readonly { readonly bytes: number }[]): number {
  return values.reduce((total, { bytes }) => total + bytes, 0);
}
