import { markerOf, type BackupId } from '../model/ids.ts';
import type { Claim } from '../catalog/turn-writes.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { shortenReasons } from '../runtime/shorten.ts';
import type { Services } from '../services/services.ts';
import { type BackupPlan, names } from './backup-plan.ts';
import type { Reasoned } from './choose-source.ts';
import type { BackupJob } from '../jobs/job.ts';
import { findSource, type Search } from './find-source.ts';
import { handOver } from './hand-over.ts';
import { findOwnManifest } from './own-manifest.ts';
import type { Refusal } from '../sources/source.ts';
import { sourceOf } from './sources.ts';
import { pinIfSound } from './pin-parent.ts';
import { readParent } from './read-parent.ts';
import { findStartOver, startOver } from './start-over.ts';
import { pauseSeconds } from '../jobs/pause.ts';
import { openBackupStaging, type Staging } from '../jobs/staging.ts';

/** The shortest wait before checking again a stream or point-in-time recovery that is being enabled. */
const minWaitSeconds = 5;

export type BeginResult = {
  readonly job: BackupJob;
  readonly tasks: readonly number[];
  readonly waitSeconds: number;
} & {
  readonly status: 'scan' | 'collect' | 'commit' | 'wait' | 'ended';
};

/**
 * Takes the table's turn and decides how the backup is made: its source, its parent (pinned) and its plan. Answers:
 *
 * - `scan` or `collect`: the plan is published; `scan` if tasks read the table first.
 * - `wait`: call again.
 * - `ended`: another execution holds the turn and will hand it over, or the backup is no longer wanted.
 * - `commit`: an earlier execution of this backup has published its manifest.
 *
 * Throws `TableNotFound`, `ContinuousBackupsUnavailable`, `CutUnreachable`, and `SnapshotCorrupt` if somebody else has stored
 * a manifest for the backup.
 */
export async function begin(services: Services, { job }: { job: BackupJob }): Promise<BeginResult> {
  const claim: Claim = { table: job.table, sink: job.sink, backup: job.id, execution: job.execution };
  const answer = (status: BeginResult['status'], tasks: readonly number[] = []): BeginResult => ({
    job,
    status,
    tasks,
    waitSeconds: 0,
  });
  const outcome = await services.catalog.turns.take(claim);
  if (outcome === 'earlier') await handOver(services, { job, status: 'ended' });
  if (outcome === 'over' && (await mayBeRecorded(services, claim)))
    return { ...answer('wait'), waitSeconds: 1 };
  if (outcome !== 'taken') return answer('ended');

  const [backup, record] = await Promise.all([
    services.catalog.backups.get({ table: claim.table, id: claim.backup }),
    services.catalog.turns.getTable(claim.table, claim.sink),
  ]);
  if (backup === undefined || record === undefined)
    throw new TidemarkError('Internal', 'the backup has no record');
  if (await findOwnManifest(services, backup.table.tableId, backup.id)) return answer('commit');

  const search: Search = {
    backup,
    head: record.head,
    since: record.turn?.since ?? backup.marker,
    startsOver: await findStartOver(services, job),
    pin: ({ id }) => pinIfSound(services, { claim, tableId: backup.table.tableId }, id),
  };
  const staging = openBackupStaging(services, job);
  const plan = (await staging.find<BackupPlan>(names.plan)) ?? (await publishPlan(services, staging, search));
  if (plan === undefined) {
    const waitSeconds = pauseSeconds(services.clock.now() - backup.marker, minWaitSeconds);
    return { ...answer('wait'), waitSeconds };
  }
  if (plan.parent !== undefined && !(await keepPinned(services, claim, plan.parent.id, search)))
    return {
      ...answer('wait'),
      job: await startOver(services, job, `${plan.parent.id} can no longer be continued`),
      waitSeconds: 1,
    };
  const count = sourceOf(plan.origin).countTasks(plan.origin);
  return answer(
    count > 0 ? 'scan' : 'collect',
    Array.from({ length: count }, (_, i) => i),
  );
}

/**
 * Makes sure that the plan's parent is pinned: a plan that a twin or an earlier call published may have another parent than
 * this call's choice, which is pinned already. Returns false if the plan's parent can no longer be pinned: then the backup
 * starts over.
 */
async function keepPinned(
  { catalog }: Services,
  { table, sink }: Claim,
  parent: BackupId,
  { pin }: Search,
): Promise<boolean> {
  if ((await catalog.turns.getTable(table, sink))?.turn?.parent === parent) return true;
  return (await pin({ id: parent })) === undefined;
}

/**
 * True if the backup's record may still appear: the request starts the execution and writes the record at the same
 * time, so the execution may be first.
 */
async function mayBeRecorded(
  { catalog, clock, config }: Services,
  { table, sink, backup }: Claim,
): Promise<boolean> {
  const marker = markerOf(backup);
  const lastMarker = (await catalog.turns.getTable(table, sink))?.lastMarker ?? 0;
  const found = await catalog.backups.get({ table, id: backup });
  // If it was recorded just now, it is CREATING and pending, and may take the turn.
  if (found !== undefined) return found.status === 'CREATING';
  // Markers grow, so the catalog refuses this record after a later one. After `recordMs` the request has failed.
  return lastMarker <= marker && clock.now() - marker < config.recordMs;
}

/**
 * Publishes the plan and returns it; undefined while something is being enabled. Throws the reason if no backup can be
 * made.
 */
async function publishPlan(
  services: Services,
  staging: Staging,
  search: Search,
): Promise<BackupPlan | undefined> {
  const startedAt = services.clock.now();
  const choice = await findSource(services, search);
  if (choice === undefined) return undefined;
  if ('error' in choice)
    throw new TidemarkError(choice.error, [choice.message, ...shortenReasons(choice.why)].join('; '));
  return staging.publishOnce<BackupPlan>(names.plan, async () => {
    const plan = createPlan(search, choice, startedAt);
    return { ...plan, hashKey: await findHashKey(services, plan) };
  });
}

/**
 * Finds the key of the key hash: the parent's, because the snapshots share runs. All bases have the one that the secret
 * gives, so that backups of any tables can be compared.
 */
async function findHashKey(
  { store, secret }: Services,
  plan: Pick<BackupPlan, 'parent' | 'table'>,
): Promise<string> {
  const parent = await readParent(store, plan);
  return parent?.hashKey ?? (await secret.deriveKey('key-hash')).toString('hex', 0, 16);
}

function createPlan(
  { backup, head }: Search,
  { origin, parent, why }: Exclude<Reasoned, Refusal>,
  startedAt: number,
): Omit<BackupPlan, 'hashKey'> {
  return {
    id: backup.id,
    marker: backup.asOf ?? backup.marker,
    internal: backup.internal,
    ...(backup.checksum && { checksum: true as const }),
    table: backup.table,
    description: backup.description,
    kind: parent === undefined ? 'full' : (backup.kind ?? 'incremental'),
    origin,
    parent: parent && { id: parent.id, manifestSha256: parent.manifestSha256 },
    why: shortenReasons([...(backup.why ?? []), ...why]),
    headSeen: head?.snapshot,
    startedAt,
  };
}
