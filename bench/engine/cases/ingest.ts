import type { BackupId } from '../../../lambda/model/records.ts';
import type { StagedFile } from '../../../lambda/sources/staged-files.ts';
import { stagedSet } from '../data.ts';
import { type Cost, costOf, medianCost, repeated, type Repetitions } from '../measure.ts';
import { profiled, type SelfTime } from '../profile.ts';
import { arrangeAndApply, begun, partitionAll, published, type Work } from '../steps.ts';
import { clear, type World } from '../world.ts';

export interface IngestResult {
  readonly total: Cost;
  readonly partition: Cost;
  /** With `arrange`. */
  readonly apply: Cost;
  /** Stays in the store for other cases. */
  readonly base: BackupId;
  readonly rawBytes: number;
  /** By functions of the main thread; empty if not asked for. */
  readonly profile: readonly SelfTime[];
}

/** A full export becomes a base. */
export async function ingest(
  world: World,
  repetitions: Repetitions,
  withProfile: boolean,
): Promise<IngestResult> {
  const { services, data } = world;
  const files = await stagedSet(data, 'full');
  let last: Work | undefined;
  const costs = await repeated(repetitions, async () => {
    if (last !== undefined) await clear(world, last);
    const work = (last = await begun(services.store, fullBackup(files)));
    const partition = await costOf(() => partitionAll(services, work));
    const apply = await costOf(() => arrangeAndApply(services, work));
    const total = { cpu: partition.cpu + apply.cpu, wall: partition.wall + apply.wall };
    return { partition, apply, total };
  });
  if (last === undefined) throw new RangeError('an ingest needs a repetition');
  const { id: base } = await published(services, last);
  const profile = withProfile ? await profileOf(world, files) : [];
  await clear(world);
  return {
    total: medianCost(costs.map(({ total }) => total)),
    partition: medianCost(costs.map(({ partition }) => partition)),
    apply: medianCost(costs.map(({ apply }) => apply)),
    base,
    rawBytes: files.reduce((sum, file) => sum + file.rawBytes, 0),
    profile,
  };
}

async function profileOf(world: World, files: readonly StagedFile[]): Promise<SelfTime[]> {
  const { services } = world;
  const work = await begun(services.store, fullBackup(files));
  const profile = await profiled(async () => {
    await partitionAll(services, work);
    await arrangeAndApply(services, work);
  });
  await clear(world, work);
  return profile;
}

export function fullBackup(files: readonly StagedFile[]) {
  return { kind: 'full', parent: undefined, files } as const;
}
