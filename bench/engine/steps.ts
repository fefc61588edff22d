import type { TableDescription, TableIdentity } from '../../lambda/model/records.ts';
import { systemClock } from '../../lambda/runtime/clock.ts';
import { defaultConfig } from '../../lambda/services/config.ts';
import { TidemarkError } from '../../lambda/runtime/errors.ts';
import { randomIds } from '../../lambda/runtime/ids.ts';
import { silentLog } from '../../lambda/runtime/logger.ts';
import type { Services } from '../../lambda/services/services.ts';
import { type Manifest, publishManifest, readManifest } from '../../lambda/snapshot/format/manifest.ts';
import type { StagedFile } from '../../lambda/sources/staged-files.ts';
import { createSecret } from '../../lambda/secret/secret.ts';
import type { ObjectStore } from '../../lambda/storage/object-store.ts';
import { type StreamResult, streamTask } from '../../lambda/sources/stage-stream.ts';
import { apply } from '../../lambda/backup/apply.ts';
import { arrange } from '../../lambda/backup/arrange.ts';
import { type Applied, assembleManifest, findParentFault } from '../../lambda/backup/assemble.ts';
import {
  type ApplyPlan,
  type ApplyResult,
  type BackupPlan,
  names,
  type PartitionPlan,
} from '../../lambda/backup/backup-plan.ts';
import { readParent } from '../../lambda/backup/read-parent.ts';
import { partition } from '../../lambda/backup/partition.ts';
import { spreadFiles } from '../../lambda/backup/spread-files.ts';
import { openBackupStaging, namePart, type Staging } from '../../lambda/jobs/staging.ts';
import type { TaskInput, TaskResult } from '../../lambda/jobs/task.ts';
import { keyName } from './items.ts';
import { type BackupJob, createBackupJob } from '../../lambda/jobs/job.ts';
import { type BackupId, createBackupId } from '../../lambda/model/ids.ts';
import { benchHashKey } from './changes.ts';

export const table: TableIdentity = {
  name: 'orders',
  arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/orders',
  tableId: '11111111-2222-4333-8444-555555555555',
};

const description: TableDescription = {
  keySchema: [{ AttributeName: keyName, KeyType: 'HASH' }],
  attributeDefinitions: [{ AttributeName: keyName, AttributeType: 'S' }],
  createdAt: 0,
  sizeBytes: 0,
  itemCount: 0,
  billingMode: 'PAY_PER_REQUEST',
  localSecondaryIndexes: [],
  globalSecondaryIndexes: [],
};

/** Creates the services that the measured steps use. A step that uses another service fails. */
export function createServices(store: ObjectStore): Services {
  const secret = createSecret(Buffer.alloc(32));
  const services = { config: defaultConfig, clock: systemClock, ids: randomIds, log: silentLog };
  return { ...services, store, secret } as Services;
}

/** A backup whose changes are in staged files. */
export interface Work {
  readonly job: BackupJob;
  /** The numbers of the tasks to partition. */
  readonly tasks: readonly number[];
}

export interface Request extends Pick<BackupPlan, 'kind'> {
  /** The snapshot to continue. */
  readonly parent: BackupId | undefined;
  readonly files: readonly StagedFile[];
}

let backupCount = 0;

/** Writes to the store what the steps `begin` and `collect` would write. */
export async function beginBackup(store: ObjectStore, { kind, parent, files }: Request): Promise<Work> {
  const marker = 1_800_000_000_000 + backupCount++;
  const id = createBackupId(marker, randomIds.hex(8));
  const job = createBackupJob(table.name, id);
  const plan: BackupPlan = {
    id,
    marker,
    internal: false,
    hashKey: benchHashKey,
    table,
    description,
    kind,
    origin:
      parent === undefined
        ? { source: 'scan', stream: 'stream', segments: 1 }
        : { source: 'stream', stream: 'stream' },
    parent: parent && {
      id: parent,
      manifestSha256: (await readManifest(store, table.tableId, parent)).sha256,
    },
    headSeen: parent,
    why: [],
    startedAt: marker,
  };
  const staging = openBackupStaging(createServices(store), job);
  const tasks = spreadFiles(files, defaultConfig.limits.taskBytes);
  await staging.note(names.plan, plan);
  await staging.note(names.partitionPlan, { tasks } satisfies PartitionPlan);
  await staging.note(namePart(streamTask, 0), { done: true, files, lanes: [] } satisfies StreamResult);
  return { job, tasks: tasks.map((_, i) => i) };
}

/** Runs all tasks of the step `partition`. */
export async function partitionAll(services: Services, { job, tasks }: Work): Promise<void> {
  for (const task of tasks) await runToEnd(partition, services, { job, task, part: 0 });
}

/** Runs the step `arrange` and all tasks of the step `apply`. */
export async function arrangeAndApply(services: Services, { job }: Work): Promise<void> {
  const { tasks } = await arrange(services, { job });
  for (const task of tasks) await runToEnd(apply, services, { job, task, part: 0 });
}

/** Lists the keys of the runs that the work has written. */
export async function listWrittenRuns(services: Services, { job }: Work): Promise<string[]> {
  return (await readResults(openBackupStaging(services, job))).flatMap(({ runs }) =>
    runs.map((run) => run.key),
  );
}

async function readResults(staging: Staging): Promise<ApplyResult[]> {
  const { ranges } = await staging.read<ApplyPlan>(names.applyPlan);
  return (await Promise.all(ranges.map((_, i) => staging.readParts<ApplyResult>(names.apply(i))))).flat();
}

/** Publishes the manifest like the step `commit`, but without a catalog. */
export async function publishBackup(services: Services, { job }: Work): Promise<Manifest> {
  const { store } = services;
  const staging = openBackupStaging(services, job);
  const plan = await staging.read<BackupPlan>(names.plan);
  const applyPlan = await staging.read<ApplyPlan>(names.applyPlan);
  const results = await readResults(staging);
  const parent = await readParent(store, plan);
  const applied: Applied = { plan, applyPlan, results, parent, cut: { stream: 'stream', shards: {} } };
  const fault = findParentFault(applied);
  if (fault !== undefined) throw new TidemarkError('Internal', fault.reason);
  const manifest = assembleManifest(applied);
  await publishManifest(store, manifest);
  return manifest;
}

type Step = (services: Services, input: TaskInput<BackupJob>) => Promise<TaskResult<BackupJob>>;

/** Runs a step until it is done, as the state machine does. */
export async function runToEnd(step: Step, services: Services, first: TaskInput<BackupJob>): Promise<void> {
  let result: TaskResult<BackupJob> = { ...first, status: 'more' };
  while (result.status === 'more') result = await step(services, result);
}
