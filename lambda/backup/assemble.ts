import { type Content, sumContents } from '../snapshot/format/content.ts';
import type { Cut, Manifest, RunRef } from '../snapshot/format/manifest.ts';
import { selectKeptRuns } from '../snapshot/compact/range-plan.ts';
import type { ApplyPlan, ApplyResult, BackupPlan, ParentFault, PartitionContent } from './backup-plan.ts';

/** The results of a backup's completed steps. */
export interface Applied {
  readonly plan: BackupPlan;
  readonly applyPlan: ApplyPlan;
  readonly results: readonly ApplyResult[];
  readonly parent: Manifest | undefined;
  readonly cut: Cut;
}

/** Assembles the manifest of the new snapshot. */
export function assembleManifest(applied: Applied): Manifest {
  const { plan, applyPlan, results, parent, cut } = applied;
  const added = results.flatMap((result) => result.runs);
  const partitions = sumPartitions(applied);
  const kind = isFull(applied) ? 'full' : plan.kind;
  return {
    format: 'tidemark-snapshot',
    version: 2,
    id: plan.id,
    parent: plan.parent?.id ?? null,
    base: kind === 'full' || parent === undefined ? plan.id : parent.base,
    kind,
    source: plan.origin.source,
    marker: plan.marker,
    table: plan.table,
    description: plan.description,
    hashKey: plan.hashKey,
    cut,
    runs: [...selectKeptRuns(parent?.runs ?? [], applyPlan.ranges), ...added],
    partitions,
    ...sumContents(partitions),
    copied: sumCopied(added),
  };
}

/**
 * Finds the reason why the parent cannot be trusted, if there is one: a run of it is damaged, or a fold counted another
 * content than the parent and the old images of the changes claim. Then the backup must start over with a base.
 */
export function findParentFault(applied: Applied): ParentFault | undefined {
  const { applyPlan, results, parent } = applied;
  const damaged = results.find((result) => result.damaged !== undefined)?.damaged;
  if (parent === undefined || damaged !== undefined) return damaged;
  if (sumPartitions(applied).some(({ items, bytes }) => items < 0 || bytes < 0)) {
    return { reason: 'the changes delete more than the parent holds' };
  }
  const split = applyPlan.partitions / parent.partitions.length;
  const folded = groupByPartition(results.flatMap((result) => result.folded));
  const effect = groupByPartition(results.flatMap((result) => result.effect));
  for (const [i, before] of parent.partitions.entries()) {
    const numbers = Array.from({ length: split }, (_, half) => i * split + half);
    if (!numbers.every((number) => folded.has(number))) continue;
    const claimed = sumContents([before, ...numbers.flatMap((number) => effect.get(number) ?? [])]);
    const counted = sumContents(numbers.flatMap((number) => folded.get(number) ?? []));
    if (claimed.items !== counted.items || claimed.digest !== counted.digest) {
      return { reason: `partition ${i} of the parent differs from its claimed content` };
    }
  }
  return undefined;
}

/**
 * Adds up the content of each partition: the counted content if it was folded, else the parent's content and the effect of
 * the changes on it.
 */
function sumPartitions({ applyPlan, results, parent }: Applied): Content[] {
  const folded = groupByPartition(results.flatMap((result) => result.folded));
  const effect = groupByPartition(results.flatMap((result) => result.effect));
  return Array.from({ length: applyPlan.partitions }, (_, i) => {
    const before = parent?.partitions.length === applyPlan.partitions ? parent.partitions[i] : undefined;
    return sumContents(folded.get(i) ?? [...(before ? [before] : []), ...(effect.get(i) ?? [])]);
  });
}

function isFull({ plan, applyPlan, results }: Applied): boolean {
  const folded = new Set(results.flatMap((result) => result.folded.map(({ partition }) => partition)));
  return plan.kind === 'full' || folded.size === applyPlan.partitions;
}

function groupByPartition(contents: readonly PartitionContent[]): Map<number, PartitionContent[]> {
  return Map.groupBy(contents, ({ partition }) => partition);
}

function sumCopied(runs: readonly RunRef[]): Manifest['copied'] {
  const sum = (measure: (run: RunRef) => number): number =>
    runs.reduce((total, run) => total + measure(run), 0);
  return { bytes: sum((run) => run.bytes), files: runs.length, records: sum((run) => run.records) };
}
