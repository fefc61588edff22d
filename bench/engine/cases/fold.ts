import type { BackupId } from '../../../lambda/model/records.ts';
import { type SetName, stagedSet } from '../data.ts';
import { type Cost, costOf, medianCost, repeated, type Repetitions } from '../measure.ts';
import { BenchError } from '../run.ts';
import { arrangeAndApply, begun, partitionAll, published } from '../steps.ts';
import { withoutWriting } from '../stores.ts';
import { clear, type World } from '../world.ts';

export interface FoldResult {
  /** The new run's bytes are made and dropped. */
  readonly unwritten: Cost;
  /** The new run is written to a file and synced. */
  readonly written: Cost;
}

/** Sorted spills of changes are folded with the base into a new base: arrange and apply of a full backup. */
export async function fold(
  world: World,
  base: BackupId,
  set: SetName,
  repetitions: Repetitions,
): Promise<FoldResult> {
  const { services, data } = world;
  const dropping = { ...services, store: withoutWriting(services.store) };
  const files = await stagedSet(data, set);
  const partitioned = async () => {
    const work = await begun(services.store, { kind: 'full', parent: base, files });
    await partitionAll(services, work);
    return work;
  };
  const costs = await repeated(repetitions, async () => {
    const dropped = await partitioned();
    const unwritten = await costOf(() => arrangeAndApply(dropping, dropped));
    const work = await partitioned();
    const written = await costOf(() => arrangeAndApply(services, work));
    // Publishing proves that what was folded is what the changes claim.
    const { runs } = await published(services, work);
    if (runs.some((run) => run.kind !== 'base')) throw new BenchError('the engine did not fold');
    await clear(world, work);
    return { unwritten, written };
  });
  return {
    unwritten: medianCost(costs.map(({ unwritten }) => unwritten)),
    written: medianCost(costs.map(({ written }) => written)),
  };
}
