import type { StagedFile } from '../../../lambda/sources/staged-files.ts';
import { stageData } from '../data.ts';
import { type Cost, measureCost, medianCost, repeat, type Repetitions } from '../measure.ts';
import { profileWork, type SelfTime } from '../profile.ts';
import { arrangeAndApply, beginBackup, partitionAll, publishBackup, type Work } from '../steps.ts';
import { clearWorld, type World } from '../world.ts';
import type { BackupId } from '../../../lambda/model/ids.ts';

export interface IngestResult {
  readonly total: Cost;
  readonly partition: Cost;
  /** The cost of the steps arrange and apply. */
  readonly apply: Cost;
  /** The base, which stays in the store for other cases. */
  readonly base: BackupId;
  readonly rawBytes: number;
  /** Where the main thread spent its time. Empty unless requested. */
  readonly profile: readonly SelfTime[];
}

/** Measures how a full export becomes a base. */
export async function measureIngest(
  world: World,
  repetitions: Repetitions,
  withProfile: boolean,
): Promise<IngestResult> {
  const { services, data } = world;
  const files = await stageData(data, 'full');
  let last: Work | undefined;
  const costs = await repeat(repetitions, async () => {
    if (last !== undefined) await clearWorld(world, last);
    const work = (last = await beginBackup(services.store, createFullBackup(files)));
    const partition = await measureCost(() => partitionAll(services, work));
    const apply = await measureCost(() => arrangeAndApply(services, work));
    const total = { cpu: partition.cpu + apply.cpu, wall: partition.wall + apply.wall };
    return { partition, apply, total };
  });
  if (last === undefined) throw new RangeError('an ingest needs a repetition');
  const { id: base } = await publishBackup(services, last);
  const profile = withProfile ? await profileIngest(world, files) : [];
  await clearWorld(world);
  return {
    total: medianCost(costs.map(({ total }) => total)),
    partition: medianCost(costs.map(({ partition }) => partition)),
    apply: medianCost(costs.map(({ apply }) => apply)),
    base,
    rawBytes: files.reduce((sum, file) => sum + file.rawBytes, 0),
    profile,
  };
}

async function profileIngest(world: World, files: readonly StagedFile[]): Promise<SelfTime[]> {
  const { services } = world;
  const work = await beginBackup(services.store, createFullBackup(files));
  const profile = await profileWork(async () => {
    await partitionAll(services, work);
    await arrangeAndApply(services, work);
  });
  await clearWorld(world, work);
  return profile;
}

export function createFullBackup(files: readonly StagedFile[]) {
  return { kind: 'full', parent: undefined, files } as const;
}
