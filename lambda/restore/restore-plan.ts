import type { RestoreRecord } from '../catalog/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../runtime/services.ts';
import { equalRanges, type HexRange, rangeCount, toHex } from '../snapshot/hash-range.ts';
import type { Content } from '../snapshot/content.ts';
import { type Manifest, readManifest } from '../snapshot/manifest.ts';
import { executionName, type Job } from '../workflow/executions.ts';
import { type PartResult, restoreStaging } from '../workflow/staging.ts';

/** The objects that a restore's steps leave for each other in its staging folder. */
export const names = {
  plan: 'plan.json',
  write: (task: number) => `write/${task}`,
} as const;

export interface RestorePlan {
  readonly manifestSha256: string;
  readonly ranges: readonly HexRange[];
}

/** What a part wrote and DynamoDB acknowledged. */
export interface WriteResult extends PartResult, Pick<Content, 'items' | 'digest'> {
  /** Where the next part begins, 16 hex digits. */
  readonly next: string | undefined;
}

export interface PlanResult {
  readonly job: Job;
  readonly status: 'write' | 'wait' | 'ended';
  readonly tasks: readonly number[];
  readonly waitSeconds: number;
}

/** The backup of a point in time is looked at again after so many seconds. */
const waitSeconds = 5;

/** The tag of a table that is being loaded; its value is the restore's id. The rights to write hang on it. */
export const restoreTag = 'tidemark:restore';

/** Writing is slower than reading: a range is a quarter of a partition, so that more of them run at once. */
const rangesOfPartition = 4;

/**
 * Cuts the snapshot into ranges. `ended`: the restore is over, or is another execution's. `wait`: the backup of its
 * point in time is still being made. Throws `BackupNotFound` if that failed.
 */
export async function planRestore(services: Services, { job }: { job: Job }): Promise<PlanResult> {
  const restore = await services.catalog.restores.get(job.table);
  if (restore === undefined || !isCurrent(restore, job)) {
    return { job, status: 'ended', tasks: [], waitSeconds: 0 };
  }
  if (restore.pointInTime && !(await holdsSnapshot(services, restore))) {
    return { job, status: 'wait', tasks: [], waitSeconds };
  }
  const { ranges } = await restoreStaging(services.store, job).once<RestorePlan>(names.plan, async () => {
    const key = { table: restore.source.name, id: restore.backup };
    const snapshot = await services.catalog.snapshots.get(key);
    if (snapshot === undefined) throw new TidemarkError('Internal', 'the backup has no snapshot');
    const { manifestSha256 } = snapshot;
    const { manifest } = await readManifest(services.store, snapshot.tableId, key.id, manifestSha256);
    const rawBytes = manifest.runs.reduce((sum, run) => sum + run.rawBytes, 0);
    const { partitionBytes, maxRanges } = services.config.limits;
    const count = rangeCount(rawBytes, partitionBytes / rangesOfPartition, maxRanges);
    return { manifestSha256, ranges: equalRanges(count).map(toHex) };
  });
  return { job, status: 'write', tasks: ranges.map((_, i) => i), waitSeconds: 0 };
}

/** Has the restore hold its snapshot alive; false while the snapshot is being made. */
async function holdsSnapshot({ catalog }: Services, restore: RestoreRecord): Promise<boolean> {
  const backup = await catalog.backups.get({ table: restore.source.name, id: restore.backup });
  if (backup?.status === 'CREATING') return false;
  if (backup?.status === 'AVAILABLE' && (await catalog.restores.hold(restore))) return true;
  throw new TidemarkError(
    'BackupNotFound',
    `the content of that time is not there: ${backup?.reason ?? 'its backup is gone'}`,
  );
}

export interface CurrentRestore {
  readonly restore: RestoreRecord;
  readonly plan: RestorePlan;
  readonly manifest: Manifest;
}

/** The restore that the job works for, with its snapshot. Throws `TurnLost` if it is over or another execution's. */
export async function currentRestore(services: Services, job: Job): Promise<CurrentRestore> {
  const restore = await services.catalog.restores.get(job.table);
  if (restore === undefined || !isCurrent(restore, job)) {
    throw new TidemarkError('TurnLost', 'the restore is over, or another execution goes on with it');
  }
  const plan = await restoreStaging(services.store, job).read<RestorePlan>(names.plan);
  const { source, backup } = restore;
  const { manifest } = await readManifest(services.store, source.tableId, backup, plan.manifestSha256);
  return { restore, plan, manifest };
}

export function isCurrent(restore: RestoreRecord, job: Job): boolean {
  return (
    restore.status === 'RESTORING' &&
    restore.id === job.id &&
    executionName(restore.id, restore.attempts) === job.execution
  );
}
