import { createHash } from 'node:crypto';
import { systemClock } from '../../../lambda/runtime/clock.ts';
import { defaultConfig } from '../../../lambda/services/config.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import type { Services } from '../../../lambda/services/services.ts';
import { wholeRange } from '../../../lambda/snapshot/format/hash-range.ts';
import { type ExpectedExport, readExportManifest } from '../../../lambda/sources/export/manifest.ts';
import type { StagedFile } from '../../../lambda/sources/staged-files.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { type BackupPlan, names, type PartitionResult } from '../../../lambda/backup/backup-plan.ts';
import { partition } from '../../../lambda/backup/partition.ts';
import { readSpills } from '../../../lambda/backup/spills.ts';
import { spreadFiles } from '../../../lambda/backup/spread-files.ts';
import { openBackupStaging } from '../../../lambda/jobs/staging.ts';
import type { TaskResult } from '../../../lambda/jobs/task.ts';
import { smallLimits } from '../../support/snapshot/chain.ts';
import { gather, manifestOf, createMemoryStore } from '../../support/snapshot/support.ts';
import { type GoldenExport, tableArn, tableId, type WrittenExport } from './golden.ts';
import { type BackupJob, createBackupJob } from '../../../lambda/jobs/job.ts';
import { testSecret } from '../../support/secret.ts';

export interface Arrived {
  readonly golden: GoldenExport;
  readonly export: WrittenExport;
}

/** The prefix of the bucket's keys, which the store's keys lack. */
export const sink = 'sink';

/** A key's net change: the digest of its item before, and the text of its item after. */
export interface Net {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Returns the digest of an item's canonical text (docs/format.md, section 4). */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Reads exports in order by their manifests and the partition step, and returns the net changes by canonical key. */
export async function ingest(exports: readonly Arrived[]): Promise<Map<string, Net>> {
  const memory = createMemoryStore();
  const store: ObjectStore = memory;
  for (const { export: written } of exports) {
    for (const [key, bytes] of written.objects) memory.objects.set(key.slice(sink.length + 1), bytes);
  }
  const files: StagedFile[] = [];
  for (const [order, { golden, export: written }] of exports.entries()) {
    const { prefix, what } = golden;
    const expected: ExpectedExport = { tableArn, tableId, prefix, what, order };
    const keyOf = (key: string): string => key.slice(sink.length + 1);
    files.push(...(await readExportManifest(store, keyOf, written, expected)));
  }
  // Only the services that these steps use: a step that used more would fail.
  const services = {
    config: { ...defaultConfig, limits: smallLimits },
    clock: systemClock,
    ids: randomIds,
    log: silentLog,
    store,
    secret: testSecret,
  } as Services;
  const { id, description, hashKey } = manifestOf([]);
  const job = createBackupJob('Music', id);
  const staging = openBackupStaging(services, job);
  const plan: Pick<BackupPlan, 'id' | 'description' | 'hashKey'> = { id, description, hashKey };
  const tasks = spreadFiles(files, smallLimits.taskBytes);
  await staging.note(names.plan, plan);
  await staging.note(names.partitionPlan, { tasks });
  const results: PartitionResult[] = [];
  for (const task of tasks.keys()) {
    let result: TaskResult<BackupJob> = { job, task, part: 0, status: 'more' };
    while (result.status === 'more') result = await partition(services, result);
    results.push(...(await staging.readParts<PartitionResult>(names.partition(task))));
  }
  const spills = results.flatMap((result) => result.spills);
  const changes = await gather(readSpills(store, spills, wholeRange, smallLimits));
  return new Map(
    changes.map(({ key, old, image }) => [
      key.toString(),
      { before: old?.digest.toString('hex'), after: image?.toString() },
    ]),
  );
}
