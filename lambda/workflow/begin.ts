import { UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { markerOf } from '../catalog/backup-arn.ts';
import type { BackupId, BackupRecord, Head, TableRecord } from '../catalog/records.ts';
import type { Claim } from '../catalog/turns.ts';
import { isError, reasonOf, TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../runtime/services.ts';
import { findManifest, readManifest } from '../snapshot/manifest.ts';
import { describeStream, type Stream, StreamGap } from '../sources/stream.ts';
import { describeTable, streamUnavailable, type Table } from '../sources/table.ts';
import { type BackupPlan, names } from './backup-plan.ts';
import type { Job } from './executions.ts';
import { handOver } from './hand-over.ts';
import { backupStaging } from './staging.ts';

/**
 * A stream keeps its records for 24 hours. A head older than this is not continued: the hour that is left is for
 * reading.
 */
export const oldestParentMs = 23 * 60 * 60 * 1000;

/** The one minute that DynamoDB promises between a request and the end of what its backup holds. */
const promisedMs = 60_000;

/** A stream or table that was just switched on is looked at again after so many seconds. */
const waitSeconds = 5;

export type BeginResult = {
  readonly job: Job;
  readonly tasks: readonly number[];
  readonly waitSeconds: number;
} & {
  readonly status: 'scan' | 'collect' | 'commit' | 'wait' | 'ended';
};

/**
 * Takes the table's turn and decides how the backup is made: its source, its parent (pinned) and its plan. `ended`:
 * another execution holds the turn and will hand it over, or the backup is not wanted any more. `commit`: an earlier
 * execution of this backup published its manifest already. `wait`: come again.
 *
 * Throws `TableNotFound`, `ContinuousBackupsUnavailable`, `CutUnreachable`.
 */
export async function begin(services: Services, { job }: { job: Job }): Promise<BeginResult> {
  const claim: Claim = { table: job.table, backup: job.id as BackupId, execution: job.execution };
  const answer = (status: BeginResult['status'], tasks: readonly number[] = []): BeginResult => ({
    job,
    status,
    tasks,
    waitSeconds,
  });
  const outcome = await services.catalog.turns.take(claim);
  if (outcome === 'earlier') await handOver(services, { job, status: 'ended' });
  if (outcome !== 'taken') return answer('ended');

  const [backup, record] = await Promise.all([
    services.catalog.backups.get({ table: claim.table, id: claim.backup }),
    services.catalog.turns.table(claim.table),
  ]);
  if (backup === undefined || record === undefined)
    throw new TidemarkError('Internal', 'the backup has no record');
  if (await findManifest(services.store, backup.table.tableId, backup.id)) return answer('commit');

  const table = await sameTable(services, backup);
  const stream = await usableStream(services, table);
  if (stream === undefined) return answer('wait');
  const { createdAt, enabled } = await describe(services, stream, table.identity.name);
  // While it is being switched on, writes may leave no record: a scan that begins now could not be corrected.
  if (!enabled) return answer('wait');

  const plan = await backupStaging(services.store, job).once<BackupPlan>(names.plan, async () => {
    const parent = job.round === 0 ? await chooseParent(services, claim, record, backup, stream) : undefined;
    if (parent === undefined) checkBasePossible(services, backup, createdAt);
    return {
      id: backup.id,
      marker: backup.asOf ?? backup.marker,
      internal: backup.internal,
      table: backup.table,
      description: backup.description,
      kind: parent === undefined ? 'full' : (backup.kind ?? 'incremental'),
      source: parent === undefined ? 'scan' : 'stream',
      parent,
      headSeen: record.head?.snapshot,
      stream,
      segments: parent === undefined ? services.config.scanSegments : 0,
      startedAt: services.clock.now(),
    };
  });
  return answer(
    plan.segments > 0 ? 'scan' : 'collect',
    Array.from({ length: plan.segments }, (_, i) => i),
  );
}

async function sameTable(services: Services, backup: BackupRecord): Promise<Table> {
  const table = await describeTable(services.dynamodb, backup.table.name);
  if (table.identity.tableId === backup.table.tableId) return table;
  throw new TidemarkError(
    'TableNotFound',
    `Table not found: ${backup.table.name} (it was deleted and made again)`,
  );
}

/** The table's stream; undefined while one is being switched on, where the configuration says so. */
async function usableStream(services: Services, table: Table): Promise<string | undefined> {
  if (table.streamArn !== undefined) return table.streamArn;
  const { name } = table.identity;
  if (services.config.missingStream === 'refuse' || table.description.stream?.StreamEnabled === true) {
    throw streamUnavailable(name);
  }
  if (table.status === 'ACTIVE') {
    await services.dynamodb.send(
      new UpdateTableCommand({
        TableName: name,
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      }),
    );
  }
  return undefined;
}

/** The snapshot to continue; it is pinned. Undefined if the stream continues none: then the table is read anew. */
async function chooseParent(
  services: Services,
  claim: Claim,
  { head }: TableRecord,
  backup: BackupRecord,
  stream: string,
): Promise<BackupId | undefined> {
  if (backup.source === 'scan') return undefined;
  if (backup.asOf !== undefined) {
    for (const candidate of await snapshotsBefore(services, backup, backup.asOf)) {
      if (await pinnedParent(services, claim, candidate, stream)) return candidate.snapshot;
    }
    return undefined;
  }
  if (head?.tableId !== backup.table.tableId) return undefined;
  return (await pinnedParent(services, claim, head, stream)) ? head.snapshot : undefined;
}

/** What was once the head and ends at `time` or before, the latest first. */
async function snapshotsBefore(services: Services, { table }: BackupRecord, time: number): Promise<Head[]> {
  const { snapshots } = await services.catalog.snapshots.census(table.name);
  return snapshots
    .filter(({ alive, tableId, asOf }) => alive && tableId === table.tableId && asOf === undefined)
    .map(({ id, tableId }) => ({ tableId, snapshot: id, marker: markerOf(id) }))
    .filter(({ marker }) => marker <= time)
    .toReversed();
}

/** True if the snapshot's cut is in this stream and not trimmed and its manifest is sound; then it is pinned. */
async function pinnedParent(
  services: Services,
  claim: Claim,
  { tableId, snapshot: id, marker }: Head,
  stream: string,
): Promise<boolean> {
  if (services.clock.now() - marker > oldestParentMs) return false;
  const snapshot = await services.catalog.snapshots.get({ table: claim.table, id });
  try {
    const { manifest } = await readManifest(services.store, tableId, id, snapshot?.manifestSha256);
    if (manifest.cut.stream !== stream) return false;
  } catch (error) {
    if (!isError(error, 'SnapshotCorrupt')) throw error;
    // Doing without it is correct; the damage must be seen all the same.
    services.log.error('snapshot is damaged, not continuing it', { snapshot: id, reason: reasonOf(error) });
    return false;
  }
  return services.catalog.turns.pinParent(claim, id);
}

function describe(services: Services, stream: string, table: string): Promise<Stream> {
  return describeStream(services.streams, stream).catch((cause: unknown) => {
    throw cause instanceof StreamGap ? streamUnavailable(table) : cause;
  });
}

/** A base's cut is near the marker: the stream must reach back to it. Throws `CutUnreachable`. */
function checkBasePossible(services: Services, backup: BackupRecord, streamCreatedAt: number): void {
  if (backup.asOf !== undefined || backup.source === 'stream') {
    throw new TidemarkError('CutUnreachable', 'there is no snapshot that the stream continues to that time');
  }
  const late = services.clock.now() - backup.marker > oldestParentMs;
  if (late || streamCreatedAt > backup.marker + promisedMs) {
    throw new TidemarkError(
      'CutUnreachable',
      'the stream does not hold the changes around the time of the request; request a new backup',
    );
  }
}
