import { type SetName, stageData } from '../data.ts';
import { type Cost, measureCost, medianCost, repeat, type Repetitions } from '../measure.ts';
import { BenchError } from '../run.ts';
import { arrangeAndApply, beginBackup, partitionAll, publishBackup } from '../steps.ts';
import { dropRuns } from '../stores.ts';
import { clearWorld, type World } from '../world.ts';
import type { BackupId } from '../../../lambda/model/ids.ts';

export interface FoldResult {
  /** The cost if the bytes of the new run are made but not stored. */
  readonly unwritten: Cost;
  /** The cost if the new run is written to a file and synced. */
  readonly written: Cost;
}

/** Measures how sorted spills of changes and a base are folded into a new base: arrange and apply of a full backup. */
export async function measureFold(
  world: World,
  base: BackupId,
  set: SetName,
  repetitions: Repetitions,
): Promise<FoldResult> {
  const { services, data } = world;
  const dropping = { ...services, store: dropRuns(services.store) };
  const files = await stageData(data, set);
  const beginAndPartition = async () => {
    const work = await beginBackup(services.store, { kind: 'full', parent: base, files });
    await partitionAll(services, work);
    return work;
  };
  const costs = await repeat(repetitions, async () => {
    const dropped = await beginAndPartition();
    const unwritten = await measureCost(() => arrangeAndApply(dropping, dropped));
    const work = await beginAndPartition();
    const written = await measureCost(() => arrangeAndApply(services, work));
    // Publishing checks that the folded content is what the changes claim.
    const { runs } = await publishBackup(services, work);
    if (runs.some((run) => run.kind !== 'base')) throw new BenchError('the engine did not fold');
    await clearWorld(world, work);
    return { unwritten, written };
  });
  return {
    unwritten: medianCost(costs.map(({ unwritten }) => unwritten)),
    written: medianCost(costs.map(({ written }) => written)),
  };
}
