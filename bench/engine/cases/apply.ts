import type { BackupId } from '../../../lambda/model/records.ts';
import { stagedSet } from '../data.ts';
import { type Cost, costOf, medianCost, repeated, type Repetitions } from '../measure.ts';
import { arrangeAndApply, begun, partitionAll, published } from '../steps.ts';
import { clear, runFiles, type World } from '../world.ts';
import { recompressedBytes } from '../zstd.ts';

export interface ApplyResult {
  /** partition, arrange and apply. */
  readonly fromStaged: Cost;
  /** arrange and apply. */
  readonly fromSpills: Cost;
  /** Bytes of the runs written. */
  readonly written: number;
  /** Bytes of the runs' lines compressed as one. */
  readonly compressed: number;
}

/** A day's changes, 1 percent of the keys anywhere, become delta runs over the base. */
export async function apply(world: World, base: BackupId, repetitions: Repetitions): Promise<ApplyResult> {
  const { services, data } = world;
  const files = await stagedSet(data, 'day-1');
  const begin = () => begun(services.store, { kind: 'incremental', parent: base, files });
  const costs = await repeated(repetitions, async () => {
    const work = await begin();
    const partition = await costOf(() => partitionAll(services, work));
    const apply = await costOf(() => arrangeAndApply(services, work));
    await clear(world, work);
    return { apply, total: { cpu: partition.cpu + apply.cpu, wall: partition.wall + apply.wall } };
  });
  const work = await begin();
  await partitionAll(services, work);
  await arrangeAndApply(services, work);
  const { runs, copied } = await published(services, work);
  const added = runs.filter((run) => run.kind === 'delta');
  const compressed = await recompressedBytes(runFiles(world, { runs: added }));
  await clear(world, work);
  return {
    fromStaged: medianCost(costs.map(({ total }) => total)),
    fromSpills: medianCost(costs.map(({ apply }) => apply)),
    written: copied.bytes,
    compressed,
  };
}
