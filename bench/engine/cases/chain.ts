import type { BackupId } from '../../../lambda/model/records.ts';
import { contains, fromHex } from '../../../lambda/snapshot/format/hash-range.ts';
import { type Manifest, manifestKey, type RunRef } from '../../../lambda/snapshot/format/manifest.ts';
import { stagedSet } from '../data.ts';
import { costOf, median } from '../measure.ts';
import { arrangeAndApply, begun, partitionAll, published, table } from '../steps.ts';
import { clear, snapshotOf, type World } from '../world.ts';

export interface ChainResult {
  /** Bytes of all runs and manifests, by the bytes of the first backup's. */
  readonly copies: number;
  /** The most runs that hold any one key's place, in the backup that has the most. */
  readonly depth: number;
  /** The most run files that a backup refers to. */
  readonly files: number;
  /** CPU seconds of one backup, from staged files. */
  readonly medianCpu: number;
  readonly mostCpu: number;
  readonly last: BackupId;
}

/** A base and so many daily backups of 1 percent uniform churn, all kept. */
export async function chain(world: World, base: BackupId, days: number): Promise<ChainResult> {
  const { services, data } = world;
  let head = await snapshotOf(world, base);
  const snapshots = [head];
  const cpu: number[] = [];
  for (let day = 1; day <= days; day++) {
    const files = await stagedSet(data, `day-${day}`);
    const work = await begun(services.store, { kind: 'incremental', parent: head.id, files });
    const cost = await costOf(async () => {
      await partitionAll(services, work);
      await arrangeAndApply(services, work);
    });
    cpu.push(cost.cpu);
    head = await published(services, work);
    snapshots.push(head);
    await clear(world);
  }
  return {
    copies: (await storedBytes(world, snapshots)) / (await storedBytes(world, snapshots.slice(0, 1))),
    depth: Math.max(...snapshots.map(depthOf)),
    files: Math.max(...snapshots.map(({ runs }) => new Set(runs.map((run) => run.key)).size)),
    medianCpu: median(cpu),
    mostCpu: Math.max(...cpu),
    last: head.id,
  };
}

/** What the snapshots take in the store together: each run once, and their manifests. */
async function storedBytes({ services }: World, snapshots: readonly Manifest[]): Promise<number> {
  const runs = new Map(snapshots.flatMap(({ runs }) => runs.map((run) => [run.key, run.bytes])));
  const sizes = snapshots.map(
    async ({ id }) => (await services.store.get(manifestKey(table.tableId, id))).length,
  );
  return [...runs.values(), ...(await Promise.all(sizes))].reduce((sum, bytes) => sum + bytes, 0);
}

/** Ranges change only where a run's range begins, so these are all the places to look at. */
function depthOf({ runs }: Manifest): number {
  const starts = runs.map((run) => fromHex(run.range).from);
  return Math.max(...starts.map((hash) => runs.filter((run) => holds(run, hash)).length));
}

function holds(run: RunRef, hash: bigint): boolean {
  return contains(fromHex(run.range), hash);
}
