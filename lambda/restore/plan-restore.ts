import type { RestoreRecord } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { splitHashSpace, chooseRangeCount, toHex } from '../snapshot/format/hash-range.ts';
import { readManifest } from '../snapshot/format/manifest.ts';
import type { RestoreJob } from '../jobs/job.ts';
import { openRestoreStaging } from '../jobs/staging.ts';
import { checkTarget } from './check-target.ts';
import { chooseWay } from './choose-way.ts';
import { fileNames, findRestore, type RestorePlan } from './current-restore.ts';

/**
 * The first step of a restore, and the map of this room.
 *
 * In: a restore's record (`RestoreRecord`), whose `description` says what the target is to be, and the snapshot of
 * its backup. Out: a new table with the snapshot's items, and a record that says `RESTORED`, or `FAILED` with its
 * reason and the fate of the table. The steps, one file each:
 *
 * ```
 * plan-restore -- write --> create-table ---------> write-range (Map) --+
 *              \                                                        +--> build-indexes --> finish-restore
 *               - import -> materialize-range (Map) --> import-table ---+
 *
 * any failure --> abort-restore <--> tag-table        20 minutes after a failure: remove-late-table (the reconciler)
 * ```
 *
 * What always holds:
 * - Steps write to and delete only the table that the restore made, known by its TableId or by the restore's tag
 *   (`target-table.ts`). No other room writes items to user tables or deletes them.
 * - A step works only for the restore's current execution (`current-restore.ts`). It may run twice, and a twin of it
 *   that timed out may still be running.
 * - A restore is `settled` or `abandoned`, never both. The table of a settled restore is kept; the table of an
 *   abandoned one is removed.
 * - The digest of the written or materialized items is compared with the snapshot's before the restore is RESTORED.
 */

export interface PlanResult {
  readonly job: RestoreJob;
  readonly status: 'write' | 'import' | 'wait' | 'ended';
  readonly tasks: readonly number[];
  readonly waitSeconds: number;
}

/** How long the machine waits before it checks again whether the backup of a point in time is complete. */
const waitSeconds = 5;

/** A range is a quarter of a partition: writing is slower than reading, so more ranges are written at once. */
const rangesPerPartition = 4;

/**
 * Has DynamoDB check the table that is to be made, decides how it gets its items, and splits the snapshot into ranges.
 * Returns `ended` if the restore has ended or another execution owns it, and `wait` while the backup of its point in time
 * is still being made.
 *
 * Throws `TargetRefused`, `ClockSkewTooLarge`, `BackupNotFound` if that backup failed, and `TurnLost` if the restore is abandoned: then the
 * abort follows.
 */
export async function planRestore(services: Services, { job }: { job: RestoreJob }): Promise<PlanResult> {
  const restore = await findRestore(services, job);
  if (restore === undefined) return { job, status: 'ended', tasks: [], waitSeconds: 0 };
  // An earlier execution began the abort; this one continues it.
  if (restore.abandoned !== undefined) throw new TidemarkError('TurnLost', 'the restore is abandoned');
  if (restore.pointInTime && !(await holdSnapshot(services, restore))) {
    return { job, status: 'wait', tasks: [], waitSeconds };
  }
  const { way, why, ranges } = await openRestoreStaging(services, job).publishOnce(
    fileNames.plan,
    async () => {
      await checkTarget(services, restore);
      return createPlan(services, restore);
    },
  );
  await services.catalog.restores.note(restore, { way, why });
  const status = way === 'import' ? 'import' : 'write';
  return { job, status, tasks: ranges.map((_, i) => i), waitSeconds: 0 };
}

async function createPlan(
  { catalog, store, config }: Services,
  { source, backup, description }: RestoreRecord,
): Promise<RestorePlan> {
  const snapshot = await catalog.snapshots.get({ table: source.name, id: backup });
  if (snapshot === undefined) throw new TidemarkError('Internal', 'the backup has no snapshot');
  const { manifestSha256 } = snapshot;
  const { manifest } = await readManifest(store, snapshot.tableId, backup, manifestSha256);
  const rawBytes = manifest.runs.reduce((sum, run) => sum + run.rawBytes, 0);
  const { partitionBytes, maxRanges } = config.limits;
  const count = chooseRangeCount(rawBytes, partitionBytes / rangesPerPartition, maxRanges);
  const choice = chooseWay({
    restoreBy: config.restoreBy,
    items: manifest.items,
    bytes: manifest.bytes,
    localIndexes: description.localSecondaryIndexes.length,
  });
  return { manifestSha256, ...choice, ranges: splitHashSpace(count).map(toHex) };
}

/** Keeps the restore's snapshot alive until the restore ends. Returns false while the snapshot is being made. */
async function holdSnapshot({ catalog }: Services, restore: RestoreRecord): Promise<boolean> {
  const backup = await catalog.backups.get({ table: restore.source.name, id: restore.backup });
  if (backup?.status === 'CREATING') return false;
  if (backup?.status === 'AVAILABLE' && (await catalog.restores.hold(restore))) return true;
  throw new TidemarkError(
    'BackupNotFound',
    `the content of that time is not available: ${backup?.reason ?? 'its backup no longer exists'}`,
  );
}
