import type { RunRef } from '../../lambda/snapshot/format/manifest.ts';
import { planCompaction } from '../../lambda/snapshot/compact/compaction.ts';
import { toHex, wholeRange } from '../../lambda/snapshot/format/hash-range.ts';
import { defaultLimits } from '../../lambda/snapshot/format/limits.ts';
import { selectKeptRuns, selectReplacedRuns } from '../../lambda/snapshot/compact/range-plan.ts';

/** An arbitrary size, because the results are shares of it. */
const baseBytes = 2 ** 40;

export interface Step {
  /** The size that the increment writes, as a share of the base. */
  readonly written: number;
  /** The size of all kept snapshots and the newest one together, as a share of the base. */
  readonly live: number;
}

/**
 * Plans the increments of a base by the engine's own rule of compaction. Each increment changes `share` (0 to 1) of the
 * items. One of `keepEvery` snapshots is kept; the others live only as long as they are the newest. A key that changes
 * twice counts twice, as if no two increments changed the same key.
 */
export function planChain(increments: number, share: number, keepEvery = 1): Step[] {
  const changedBytes = share * baseBytes;
  let runs: readonly RunRef[] = [createRun('base', baseBytes, 0)];
  const kept = new Map(listSizes(runs));
  return Array.from({ length: increments }, (_, i) => {
    const situation = { runs, partitions: 1, changedBytes, kind: 'incremental' } as const;
    const { ranges } = planCompaction(situation, defaultLimits);
    const fold = ranges.some((range) => range.fold);
    const replaced = ranges.flatMap((range) => selectReplacedRuns(runs, range));
    const merged = replaced.reduce((sum, { rawBytes }) => sum + rawBytes, changedBytes);
    const written = fold ? createRun('base', baseBytes, i + 1) : createRun('delta', merged, i + 1);
    runs = [...selectKeptRuns(runs, ranges), written];
    if ((i + 1) % keepEvery === 0) for (const [key, bytes] of listSizes(runs)) kept.set(key, bytes);
    const live = new Map([...kept, ...listSizes(runs)]);
    return {
      written: written.rawBytes / baseBytes,
      live: [...live.values()].reduce((sum, bytes) => sum + bytes, 0) / baseBytes,
    };
  });
}

function listSizes(runs: readonly RunRef[]): (readonly [key: string, bytes: number])[] {
  return runs.map(({ key, rawBytes }) => [key, rawBytes] as const);
}

function createRun(kind: RunRef['kind'], rawBytes: number, number: number): RunRef {
  const range = toHex(wholeRange);
  const index = { offset: 0, length: 0, sha256: '' };
  const sizes = { bytes: rawBytes, rawBytes, records: 0, tombstones: 0 };
  return { key: String(number), kind, ...sizes, index, range, written: range };
}
