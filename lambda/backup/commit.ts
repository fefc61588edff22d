import pMap from 'p-map';
import { noteDamage } from '../services/note-damage.ts';
import { readIndex } from '../snapshot/format/frame-index.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import type { Ends, TableRecord } from '../model/records.ts';
import { type Cut, findOldestRun, type Manifest, type StoredManifest } from '../snapshot/format/manifest.ts';
import { type Applied, assembleManifest, findParentFault } from './assemble.ts';
import { type ApplyPlan, type ApplyResult, type BackupPlan, names, type ParentFault } from './backup-plan.ts';
import { findOwnManifest, publishOwnManifest } from './own-manifest.ts';
import { findSharedDamage } from './pin-parent.ts';
import { startOver } from './start-over.ts';
import { readParent } from './read-parent.ts';
import { sourceOf } from './sources.ts';
import type { BackupJob } from '../jobs/job.ts';
import { openBackupStaging, type Staging } from '../jobs/staging.ts';

/** How many indexes of runs are read at once. */
const maxOpenIndexes = 16;

export interface CommitResult {
  readonly job: BackupJob;
  /** `again`: the parent is damaged or differs from its claims; start over with a base. */
  readonly status: 'done' | 'again';
}

/**
 * Publishes the manifest, then in one catalog transaction makes the snapshot the head and the backup AVAILABLE. It
 * adopts a manifest that a repeat or an earlier execution of this backup has published. Throws `TurnLost`, and
 * `SnapshotCorrupt` for a manifest that somebody else has stored.
 */
export async function commit(services: Services, { job }: { job: BackupJob }): Promise<CommitResult> {
  const id = job.id;
  const backup = await services.catalog.backups.get({ table: job.table, id });
  const record = await services.catalog.turns.getTable(job.table, job.sink);
  if (backup === undefined) throw new TidemarkError('Internal', 'the backup has no record');
  const staging = openBackupStaging(services, job);
  const plan = await staging.find<BackupPlan>(names.plan);
  const published =
    (await findOwnManifest(services, backup.table.tableId, id)) ?? (await publish(services, staging, record));
  if ('reason' in published) return startOverWithBase(services, job, plan, published);
  const { manifest, sha256 } = published;
  // A snapshot without the table's items never becomes the head, like one of an earlier time.
  const asOf = manifest.source === 'settings' ? manifest.marker : backup.asOf;
  // An adopted manifest comes without a plan. The head cannot have moved since, because this backup holds the turn.
  const headSeen = plan === undefined ? record?.head?.snapshot : plan.headSeen;
  await services.catalog.turns.commit({
    claim: { table: job.table, sink: job.sink, backup: id, execution: job.execution },
    headSeen,
    tableId: manifest.table.tableId,
    marker: manifest.marker,
    manifestSha256: sha256,
    oldestRun: findOldestRun(manifest),
    ends: endsOf(manifest.cut),
    internal: backup.internal,
    ...(asOf !== undefined && { asOf }),
    result: {
      kind: manifest.kind,
      source: manifest.source,
      parent: manifest.parent ?? undefined,
      digest: manifest.digest,
      ...(plan !== undefined && { why: plan.why }),
      figures: {
        items: manifest.items,
        bytes: manifest.bytes,
        copiedBytes: manifest.copied.bytes,
        copiedFiles: manifest.copied.files,
        copiedRecords: manifest.copied.records,
        durations: { total: services.clock.now() - backup.marker },
      },
    },
  });
  if (asOf !== undefined) return { job, status: 'done' };
  // The former head may have been alive only as the head: its backup was deleted, or is internal.
  if (headSeen !== undefined) {
    await services.catalog.snapshots.kill({ table: job.table, sink: job.sink, id: headSeen });
  }
  return { job, status: 'done' };
}

/** Makes the execution start over with a base. Records a damaged object of the parent, so that no later backup continues it. */
async function startOverWithBase(
  services: Services,
  job: BackupJob,
  plan: BackupPlan | undefined,
  fault: ParentFault,
): Promise<CommitResult> {
  const { reason, object } = fault;
  services.log.error('the parent cannot be trusted, taking a new base', { backup: job.id, reason });
  if (plan?.parent !== undefined && object !== undefined) {
    await noteDamage(services, { table: job.table, id: plan.parent.id }, { reason, object });
  }
  return { job: await startOver(services, job, reason), status: 'again' };
}

/** Publishes the manifest, or returns the reason why the parent cannot be trusted. */
async function publish(
  services: Services,
  staging: Staging,
  table: TableRecord | undefined,
): Promise<StoredManifest | ParentFault> {
  const applied = await gather(services, staging);
  // Damage may have been seen since the backup chose its parent.
  const oldestRun = applied.parent && findOldestRun(applied.parent);
  const fault = (oldestRun && findSharedDamage({ oldestRun }, table)) ?? findParentFault(applied);
  if (fault !== undefined) return fault;
  const manifest = assembleManifest(applied);
  await checkAddedRuns(services.store, manifest, applied.parent);
  return publishOwnManifest(services, manifest);
}

/** Reads the index of each run that the snapshot adds. Throws `SnapshotCorrupt`: a reader would not find its frames. */
async function checkAddedRuns(
  store: ObjectStore,
  { runs }: Manifest,
  parent: Manifest | undefined,
): Promise<void> {
  const known = new Set(parent?.runs.map(({ key }) => key));
  const added = new Map(runs.filter(({ key }) => !known.has(key)).map((run) => [run.key, run]));
  await pMap(added.values(), (run) => readIndex(store, run), { concurrency: maxOpenIndexes });
}

/** Reads the results of the earlier steps. */
async function gather(services: Services, staging: Staging): Promise<Applied> {
  const plan = await staging.read<BackupPlan>(names.plan);
  const applyPlan = await staging.read<ApplyPlan>(names.applyPlan);
  const [applied, parent] = await Promise.all([
    Promise.all(applyPlan.ranges.map((_, i) => staging.readParts<ApplyResult>(names.apply(i)))),
    readParent(services.store, plan),
  ]);
  const cut = await sourceOf(plan.origin).findCut(plan.origin, staging, parent);
  return { plan, applyPlan, results: applied.flat(), parent, cut };
}

function endsOf(cut: Cut): Ends {
  return 'stream' in cut ? { stream: cut.stream } : cut;
}
