import { contains, fromHex } from '../../../lambda/snapshot/format/hash-range.ts';
import { type Manifest, buildManifestKey, type RunRef } from '../../../lambda/snapshot/format/manifest.ts';
import { stageData } from '../data.ts';
import { measureCost, median } from '../measure.ts';
import { arrangeAndApply, beginBackup, partitionAll, publishBackup, table } from '../steps.ts';
import { clearWorld, readSnapshotManifest, type World } from '../world.ts';
import type { BackupId } from '../../../lambda/model/ids.ts';

export interface ChainResult {
  /** The bytes of all runs and manifests, divided by those of the first backup. */
  readonly copies: number;
  /** The highest number of runs that cover one hash, over all backups. */
  readonly depth: number;
  /** The highest number of run files that a backup refers to. */
  readonly files: number;
  /** The CPU seconds of one backup, from staged files. */
  readonly medianCpu: number;
  readonly maxCpu: number;
  readonly last: BackupId;
}

/** Measures a base and this many daily backups with 1 percent uniform churn, all kept. */
export async function measureChain(world: World, base: BackupId, days: number): Promise<ChainResult> {
  const { services, data } = world;
  let head = await readSnapshotManifest(world, base);
  const snapshots = [head];
  const cpu: number[] = [];
  for (let day = 1; day <= days; day++) {
    const files = await stageData(data, `day-${day}`);
    const work = await beginBackup(services.store, { kind: 'incremental', parent: head.id, files });
    const cost = await measureCost(async () => {
      await partitionAll(services, work);
      await arrangeAndApply(services, work);
    });
    cpu.push(cost.cpu);
    head = await publishBackup(services, work);
    snapshots.push(head);
    await clearWorld(world);
  }
  return {
    copies:
      (await measureStoredBytes(world, snapshots)) / (await measureStoredBytes(world, snapshots.slice(0, 1))),
    depth: Math.max(...snapshots.map(depthOf)),
    files: Math.max(...snapshots.map(({ runs }) => new Set(runs.map((run) => run.key)).size)),
    medianCpu: median(cpu),
    maxCpu: Math.max(...cpu),
    last: head.id,
  };
}

/** Measures the bytes that the snapshots take together: each run once, and their manifests. */
async function measureStoredBytes({ services }: World, snapshots: readonly Manifest[]): Promise<number> {
  const runs = new Map(snapshots.flatMap(({ runs }) => runs.map((run) => [run.key, run.bytes])));
  const sizes = snapshots.map(
    async ({ id }) => (await services.store.get(buildManifestKey(table.tableId, id))).length,
  );
  return [...runs.values(), ...(await Promise.all(sizes))].reduce((sum, bytes) => sum + bytes, 0);
}

/** The highest number of runs that cover one hash. It can change only where a run's range begins. */
function depthOf({ runs }: Manifest): number {
  const starts = runs.map((run) => fromHex(run.range).from);
  return Math.max(...starts.map((hash) => runs.filter((run) => covers(run, hash)).length));
}

function covers(run: RunRef, hash: bigint): boolean {
  return contains(fromHex(run.range), hash);
}
