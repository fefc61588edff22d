import type { RestoreRecord, RestoreWay } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { splitHashSpace, type HexRange, chooseRangeCount, toHex } from '../snapshot/format/hash-range.ts';
import type { Content } from '../snapshot/format/content.ts';
import { type Manifest, readManifest } from '../snapshot/format/manifest.ts';
import { executionName, type RestoreJob } from '../jobs/job.ts';
import { type PartResult, restoreStaging } from '../jobs/staging.ts';
import { chooseWay } from './choose-way.ts';

/** The objects that a restore's steps leave for each other in its staging folder. */
export const names = {
  plan: 'plan.json',
  range: (way: RestoreWay, task: number) => `${folders[way]}/${task}`,
} as const;

const folders: Readonly<Record<RestoreWay, string>> = { import: 'materialize', writes: 'write' };

export interface RestorePlan {
  readonly manifestSha256: string;
  readonly way: RestoreWay;
  readonly why: string;
  readonly ranges: readonly HexRange[];
}

/** What a part has written to the table, and DynamoDB acknowledged; or has staged for the import. */
export interface RangeResult extends PartResult, Pick<Content, 'items' | 'digest'> {
  /** Where the next part begins, 16 hex digits. */
  readonly next: string | undefined;
}

export interface PlanResult {
  readonly job: RestoreJob;
  readonly status: 'write' | 'import' | 'wait' | 'ended';
  readonly tasks: readonly number[];
  readonly waitSeconds: number;
}

/** The backup of a point in time is looked at again after so many seconds. */
const waitSeconds = 5;

/** Writing is slower than reading: a range is a quarter of a partition, so that more of them run at once. */
const rangesOfPartition = 4;

/**
 * Decides how the table gets its items, and cuts the snapshot into ranges. `ended`: the restore is over, or is another
 * execution's. `wait`: the backup of its point in time is still being made. Throws `BackupNotFound` if that failed, and
 * `TurnLost` if the restore is given up: it is aborted then.
 */
export async function planRestore(services: Services, { job }: { job: RestoreJob }): Promise<PlanResult> {
  const restore = await services.catalog.restores.get(job.table);
  if (restore === undefined || !isCurrent(restore, job)) {
    return { job, status: 'ended', tasks: [], waitSeconds: 0 };
  }
  // An attempt that goes on with the abort of an earlier one.
  if (restore.abandoned !== undefined) throw new TidemarkError('TurnLost', 'the restore is given up');
  if (restore.pointInTime && !(await holdsSnapshot(services, restore))) {
    return { job, status: 'wait', tasks: [], waitSeconds };
  }
  const { way, why, ranges } = await restoreStaging(services.store, job).publishOnce(names.plan, () =>
    decide(services, restore),
  );
  await services.catalog.restores.note(restore, { way, why });
  const status = way === 'import' ? 'import' : 'write';
  return { job, status, tasks: ranges.map((_, i) => i), waitSeconds: 0 };
}

async function decide(
  { catalog, store, config }: Services,
  { source, backup, description }: RestoreRecord,
): Promise<RestorePlan> {
  const snapshot = await catalog.snapshots.get({ table: source.name, id: backup });
  if (snapshot === undefined) throw new TidemarkError('Internal', 'the backup has no snapshot');
  const { manifestSha256 } = snapshot;
  const { manifest } = await readManifest(store, snapshot.tableId, backup, manifestSha256);
  const rawBytes = manifest.runs.reduce((sum, run) => sum + run.rawBytes, 0);
  const { partitionBytes, maxRanges } = config.limits;
  const count = chooseRangeCount(rawBytes, partitionBytes / rangesOfPartition, maxRanges);
  const choice = chooseWay({
    restoreBy: config.restoreBy,
    items: manifest.items,
    bytes: manifest.bytes,
    localIndexes: description.localSecondaryIndexes.length,
  });
  return { manifestSha256, ...choice, ranges: splitHashSpace(count).map(toHex) };
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
}

/** The restore that the job works for. Throws `TurnLost` if it is over or another execution's. */
export async function currentRestore(services: Services, job: RestoreJob): Promise<CurrentRestore> {
  const restore = await services.catalog.restores.get(job.table);
  if (restore === undefined || !isCurrent(restore, job)) {
    throw new TidemarkError('TurnLost', 'the restore is over, or another execution goes on with it');
  }
  const plan = await restoreStaging(services.store, job).read<RestorePlan>(names.plan);
  return { restore, plan };
}

/** What is restored. A manifest may be large: only steps that need it read it, and none that is asked again and again. */
export async function snapshotOf(
  { store }: Services,
  { restore: { source, backup }, plan }: CurrentRestore,
): Promise<Manifest> {
  return (await readManifest(store, source.tableId, backup, plan.manifestSha256)).manifest;
}

export function isCurrent(restore: RestoreRecord, job: RestoreJob): boolean {
  return (
    restore.status === 'RESTORING' &&
    restore.id === job.id &&
    executionName(restore.id, restore.attempts) === job.execution
  );
}
