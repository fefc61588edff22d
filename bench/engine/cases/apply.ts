import { stageData } from '../data.ts';
import { type Cost, measureCost, medianCost, repeat, type Repetitions } from '../measure.ts';
import { arrangeAndApply, beginBackup, partitionAll, publishBackup } from '../steps.ts';
import { clearWorld, runFilesOf, type World } from '../world.ts';
import { measureRecompressedBytes } from '../zstd.ts';
import type { BackupId } from '../../../lambda/model/ids.ts';

export interface ApplyResult {
  /** The steps partition, arrange and apply. */
  readonly fromStaged: Cost;
  /** The steps arrange and apply. */
  readonly fromSpills: Cost;
  /** The bytes of the runs that were written. */
  readonly written: number;
  /** The bytes of the runs' lines when they are compressed as one. */
  readonly compressed: number;
}

/** Measures how a day's changes, 1 percent of the keys anywhere, become delta runs over the base. */
export async function measureApply(
  world: World,
  base: BackupId,
  repetitions: Repetitions,
): Promise<ApplyResult> {
  const { services, data } = world;
  const files = await stageData(data, 'day-1');
  const begin = () => beginBackup(services.store, { kind: 'incremental', parent: base, files });
  const costs = await repeat(repetitions, async () => {
    const work = await begin();
    const partition = await measureCost(() => partitionAll(services, work));
    const apply = await measureCost(() => arrangeAndApply(services, work));
    await clearWorld(world, work);
    return { apply, total: { cpu: partition.cpu + apply.cpu, wall: partition.wall + apply.wall } };
  });
  const work = await begin();
  await partitionAll(services, work);
  await arrangeAndApply(services, work);
  const { runs, copied } = await publishBackup(services, work);
  const added = runs.filter((run) => run.kind === 'delta');
  const compressed = await measureRecompressedBytes(runFilesOf(world, { runs: added }));
  await clearWorld(world, work);
  return {
    fromStaged: medianCost(costs.map(({ total }) => total)),
    fromSpills: medianCost(costs.map(({ apply }) => apply)),
    written: copied.bytes,
    compressed,
  };
}
