import { type Content, sumContents } from '../snapshot/format/content.ts';
import type { Cut, Manifest, RunRef } from '../snapshot/format/manifest.ts';
import { selectKeptRuns } from '../snapshot/compact/range-plan.ts';
import type { ApplyPlan, ApplyResult, BackupPlan, PartitionContent } from './backup-plan.ts';

/** All that a backup's steps left, once each of them is done. */
export interface Applied {
  readonly plan: BackupPlan;
  readonly applyPlan: ApplyPlan;
  readonly results: readonly ApplyResult[];
  readonly parent: Manifest | undefined;
  readonly cut: Cut;
}

/** The manifest of the new snapshot. */
export function assembleManifest(applied: Applied): Manifest {
  const { plan, applyPlan, results, parent, cut } = applied;
  const added = results.flatMap((result) => result.runs);
  const partitions = contentOf(applied);
  const kind = isFull(applied) ? 'full' : plan.kind;
  return {
    format: 'tidemark-snapshot',
    version: 1,
    id: plan.id,
    parent: plan.parent ?? null,
    base: kind === 'full' || parent === undefined ? plan.id : parent.base,
    kind,
    source: plan.origin.source,
    marker: plan.marker,
    table: plan.table,
    description: plan.description,
    cut,
    runs: [...selectKeptRuns(parent?.runs ?? [], applyPlan.ranges), ...added],
    partitions,
    ...sumContents(partitions),
    copied: copiedBy(added),
  };
}

/**
 * Why the parent cannot be trusted, if so: a run of it is damaged, or what was folded is not the content that the parent
 * and the old images of the changes claimed. Then the backup must begin anew with a base.
 */
export function distrust(applied: Applied): string | undefined {
  const { applyPlan, results, parent } = applied;
  const damaged = results.find((result) => result.damaged !== undefined)?.damaged;
  if (parent === undefined || damaged !== undefined) return damaged;
  if (contentOf(applied).some(({ items, bytes }) => items < 0 || bytes < 0)) {
    return 'the changes take away more than the parent holds';
  }
  const split = applyPlan.partitions / parent.partitions.length;
  const folded = byPartition(results.flatMap((result) => result.folded));
  const effect = byPartition(results.flatMap((result) => result.effect));
  for (const [i, before] of parent.partitions.entries()) {
    const numbers = Array.from({ length: split }, (_, half) => i * split + half);
    if (!numbers.every((number) => folded.has(number))) continue;
    const claimed = sumContents([before, ...numbers.flatMap((number) => effect.get(number) ?? [])]);
    const counted = sumContents(numbers.flatMap((number) => folded.get(number) ?? []));
    if (claimed.items !== counted.items || claimed.digest !== counted.digest) {
      return `partition ${i} of the parent is not what its changes claimed`;
    }
  }
  return undefined;
}

/** Of folded partitions what was counted, of others the parent's content and what the changes did to it. */
function contentOf({ applyPlan, results, parent }: Applied): Content[] {
  const folded = byPartition(results.flatMap((result) => result.folded));
  const effect = byPartition(results.flatMap((result) => result.effect));
  return Array.from({ length: applyPlan.partitions }, (_, i) => {
    const before = parent?.partitions.length === applyPlan.partitions ? parent.partitions[i] : undefined;
    return sumContents(folded.get(i) ?? [...(before ? [before] : []), ...(effect.get(i) ?? [])]);
  });
}

function isFull({ plan, applyPlan, results }: Applied): boolean {
  const folded = new Set(results.flatMap((result) => result.folded.map(({ partition }) => partition)));
  return plan.kind === 'full' || folded.size === applyPlan.partitions;
}

function byPartition(contents: readonly PartitionContent[]): Map<number, PartitionContent[]> {
  return Map.groupBy(contents, ({ partition }) => partition);
}

function copiedBy(runs: readonly RunRef[]): Manifest['copied'] {
  const sum = (measure: (run: RunRef) => number): number =>
    runs.reduce((total, run) => total + measure(run), 0);
  return { bytes: sum((run) => run.bytes), files: runs.length, records: sum((run) => run.records) };
}
