import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Kind } from '../../../lambda/model/records.ts';
import { systemClock } from '../../../lambda/runtime/clock.ts';
import { defaultConfig } from '../../../lambda/services/config.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import type { Services } from '../../../lambda/services/services.ts';
import type { Limits } from '../../../lambda/snapshot/format/limits.ts';
import {
  type Manifest,
  publishManifest,
  readManifest,
  type StoredManifest,
} from '../../../lambda/snapshot/format/manifest.ts';
import { StagedFiles } from '../../../lambda/sources/staged-files.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { apply } from '../../../lambda/backup/apply.ts';
import { arrange } from '../../../lambda/backup/arrange.ts';
import { assembleManifest, findParentFault } from '../../../lambda/backup/assemble.ts';
import {
  type ApplyPlan,
  type ApplyResult,
  type BackupPlan,
  names,
  type PartitionPlan,
} from '../../../lambda/backup/backup-plan.ts';
import { partition } from '../../../lambda/backup/partition.ts';
import { openBackupStaging, type Staging } from '../../../lambda/jobs/staging.ts';
import type { TaskInput, TaskResult } from '../../../lambda/jobs/task.ts';
import { manifestOf } from './support.ts';
import { type BackupJob, createBackupJob } from '../../../lambda/jobs/job.ts';
import { createBackupId } from '../../../lambda/model/ids.ts';
import { testSecret } from '../secret.ts';

/** The new text of items by number, undefined for a deleted item. `change` in `support.ts` makes the items. */
export type Texts = ReadonlyMap<number, string | undefined>;

/** Snapshots of one table, each made from the one before by the product's own steps. */
export interface Chain {
  /** The current content of the table. */
  readonly content: ReadonlyMap<number, string>;
  /** Changes the table and publishes its snapshot. The first snapshot is always a base. */
  backup(changes: Texts, kind?: Kind): Promise<Manifest>;
}

/** Limits so small that a few dozen items cross the boundaries of frames, spills, staged files, partitions and ranges. */
export const smallLimits: Limits = {
  frameBytes: 200,
  spillFrameBytes: 150,
  partitionBytes: 900,
  maxPartitions: 16,
  maxRanges: 8,
  taskBytes: 1200,
  partBytes: 2000,
  maxSpills: 4,
  maxSortBytes: 600,
  stagedFileBytes: 500,
  maxReadBytes: 300,
  maxAheadBytes: 1200,
  maxRuns: 4,
  foldShare: 0.5,
  batchEntries: 3,
};

let backups = 0;

/** Creates a chain without catalog and state machine: it calls the steps partition, arrange and apply, and writes the manifest. */
export function createChain(store: ObjectStore, limits: Limits = smallLimits): Chain {
  // Only the services that these steps use: a step that needs more fails.
  const services = {
    config: { ...defaultConfig, limits },
    clock: systemClock,
    ids: randomIds,
    log: silentLog,
    store,
    secret: testSecret,
  } as Services;
  const content = new Map<number, string>();
  let parent: StoredManifest | undefined;
  return {
    content,
    async backup(changes, kind = 'incremental') {
      const plan = planOf(parent, kind);
      const job = createBackupJob(plan.table.name, plan.id);
      const staging = openBackupStaging(services, job);
      await staging.note(names.plan, plan);
      const files = new StagedFiles(store, limits.stagedFileBytes, (n) => staging.key(`staged/${n}`));
      for (const [n, text] of changes) await stage(files, n, content.get(n), text, parent === undefined);
      for (const [n, text] of changes) {
        if (text === undefined) content.delete(n);
        else content.set(n, text);
      }
      const partitionPlan: PartitionPlan = { tasks: (await files.close()).map((file) => [file]) };
      await staging.note(names.partitionPlan, partitionPlan);
      for (const task of partitionPlan.tasks.keys()) await runToEnd(partition, services, job, task);
      for (const task of (await arrange(services, { job })).tasks) await runToEnd(apply, services, job, task);
      parent = await publish(store, staging, plan, parent?.manifest);
      return parent.manifest;
    },
  };
}

function planOf(parent: StoredManifest | undefined, kind: Kind): BackupPlan {
  const { table, description, hashKey, marker } = manifestOf([]);
  const id = createBackupId(marker + ++backups, '01234567');
  return {
    id,
    marker: marker + backups,
    internal: false,
    table,
    description,
    hashKey,
    kind: parent === undefined ? 'full' : kind,
    origin:
      parent === undefined
        ? { source: 'scan', stream: 'stream-1', segments: 1 }
        : { source: 'stream', stream: 'stream-1' },
    parent: parent && { id: parent.manifest.id, manifestSha256: parent.sha256 },
    headSeen: parent?.manifest.id,
    why: [],
    startedAt: marker,
  };
}

async function stage(
  files: StagedFiles,
  n: number,
  old: string | undefined,
  text: string | undefined,
  isBase: boolean,
): Promise<void> {
  const keys = { pk: { N: String(n) } };
  const image = (value: string | undefined): Record<string, AttributeValue> | undefined =>
    value === undefined ? undefined : { ...keys, v: { S: value } };
  const newImage = image(text);
  if (!isBase) await files.addChange({ order: '1', keys, oldImage: image(old), newImage });
  else if (newImage !== undefined) await files.addItem(newImage);
}

/** Calls a step until it is done, as the state machine does. */
async function runToEnd(
  step: (services: Services, input: TaskInput<BackupJob>) => Promise<TaskResult<BackupJob>>,
  services: Services,
  job: BackupJob,
  task: number,
): Promise<void> {
  let result: TaskResult<BackupJob> = { job, task, part: 0, status: 'more' };
  while (result.status === 'more') result = await step(services, result);
}

async function publish(
  store: ObjectStore,
  staging: Staging,
  plan: BackupPlan,
  parent: Manifest | undefined,
): Promise<StoredManifest> {
  const applyPlan = await staging.read<ApplyPlan>(names.applyPlan);
  const parts = applyPlan.ranges.map((_, i) => staging.readParts<ApplyResult>(names.apply(i)));
  const applied = {
    plan,
    applyPlan,
    results: (await Promise.all(parts)).flat(),
    parent,
    cut: { stream: 'stream-1', shards: {} },
  };
  const fault = findParentFault(applied);
  if (fault !== undefined) throw new Error(fault.reason);
  const manifest = assembleManifest(applied);
  await publishManifest(store, manifest);
  return readManifest(store, manifest.table.tableId, manifest.id);
}
