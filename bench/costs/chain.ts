import type { RunRef } from '../../lambda/snapshot/format/manifest.ts';
import { planCompaction } from '../../lambda/snapshot/compact/compaction.ts';
import { toHex, wholeRange } from '../../lambda/snapshot/format/hash-range.ts';
import { defaultLimits } from '../../lambda/snapshot/format/limits.ts';
import { selectKeptRuns, selectReplacedRuns } from '../../lambda/snapshot/compact/range-plan.ts';

/** Any size: only shares of it are answered. */
const baseBytes = 2 ** 40;

export interface Step {
  /** What the increment writes. */
  readonly written: number;
  /** What all snapshots together need that are kept then, and the newest. */
  readonly live: number;
}

/**
 * So many increments of a base, in shares of it, by the engine's own rule of compaction. `share`: of the items that one
 * changes; `keepEvery`: of so many snapshots one is kept, and the others only as long as they are the newest. Keys that
 * change twice are counted twice, as if no two increments changed the same one.
 */
export function chainSteps(increments: number, share: number, keepEvery = 1): Step[] {
  const changedBytes = share * baseBytes;
  let runs: readonly RunRef[] = [run('base', baseBytes, 0)];
  const kept = new Map(byKey(runs));
  return Array.from({ length: increments }, (_, i) => {
    const situation = { runs, partitions: 1, changedBytes, kind: 'incremental' } as const;
    const { ranges } = planCompaction(situation, defaultLimits);
    const fold = ranges.some((range) => range.fold);
    const replaced = ranges.flatMap((range) => selectReplacedRuns(runs, range));
    const merged = replaced.reduce((sum, { rawBytes }) => sum + rawBytes, changedBytes);
    const written = fold ? run('base', baseBytes, i + 1) : run('delta', merged, i + 1);
    runs = [...selectKeptRuns(runs, ranges), written];
    if ((i + 1) % keepEvery === 0) for (const [key, bytes] of byKey(runs)) kept.set(key, bytes);
    const live = new Map([...kept, ...byKey(runs)]);
    return {
      written: written.rawBytes / baseBytes,
      live: [...live.values()].reduce((sum, bytes) => sum + bytes, 0) / baseBytes,
    };
  });
}

function byKey(runs: readonly RunRef[]): (readonly [key: string, bytes: number])[] {
  return runs.map(({ key, rawBytes }) => [key, rawBytes] as const);
}

function run(kind: RunRef['kind'], rawBytes: number, number: number): RunRef {
  const range = toHex(wholeRange);
  const index = { offset: 0, length: 0, sha256: '' };
  const sizes = { bytes: rawBytes, rawBytes, records: 0, tombstones: 0 };
  return { key: String(number), kind, ...sizes, index, range, written: range };
}
