import type { BackupId } from '../catalog/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../runtime/services.ts';
import { DigestSum } from '../snapshot/digest.ts';
import {
  type Content,
  findManifest,
  type Manifest,
  publishManifest,
  readManifest,
  type RunRef,
  type StoredManifest,
} from '../snapshot/manifest.ts';
import { cutOf } from '../sources/stream-cut.ts';
import {
  type ApplyPlan,
  type ApplyResult,
  type BackupPlan,
  names,
  type StreamResult,
} from './backup-plan.ts';
import type { Job } from './executions.ts';
import { backupStaging, type Staging } from './staging.ts';

/**
 * Publishes the manifest, then in one catalog transaction makes the snapshot the head and the backup AVAILABLE. A
 * manifest of this backup that is there already, by a repeat or an earlier execution, is adopted. Throws `TurnLost`.
 */
export async function commit(
  services: Services,
  { job }: { job: Job },
): Promise<{ job: Job; status: 'done' }> {
  const id = job.id as BackupId;
  const backup = await services.catalog.backups.get({ table: job.table, id });
  const record = await services.catalog.turns.table(job.table);
  if (backup === undefined) throw new TidemarkError('Internal', 'the backup has no record');
  const staging = backupStaging(services.store, job);
  const plan = await staging.find<BackupPlan>(names.plan);
  const { manifest, sha256 } =
    (await findManifest(services.store, backup.table.tableId, id)) ?? (await publish(services, staging));
  // An adopted manifest comes with no plan: under the turn the head cannot have moved since its execution.
  const headSeen = plan === undefined ? record?.head?.snapshot : plan.headSeen;
  await services.catalog.turns.commit({
    claim: { table: job.table, backup: id, execution: job.execution },
    headSeen,
    tableId: manifest.table.tableId,
    marker: manifest.marker,
    manifestSha256: sha256,
    internal: backup.internal,
    result: {
      kind: manifest.kind,
      source: manifest.source,
      parent: manifest.parent ?? undefined,
      digest: manifest.digest,
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
  // The head that was may have been kept only for being it: of a deleted backup, or an internal one.
  if (headSeen !== undefined) await services.catalog.snapshots.kill({ table: job.table, id: headSeen });
  return { job, status: 'done' };
}

async function publish(services: Services, staging: Staging): Promise<StoredManifest> {
  const manifest = await assemble(services, staging);
  await publishManifest(services.store, manifest);
  // Ours or a twin's: what was published first is what counts.
  return readManifest(services.store, manifest.table.tableId, manifest.id);
}

async function assemble(services: Services, staging: Staging): Promise<Manifest> {
  const plan = await staging.read<BackupPlan>(names.plan);
  const applyPlan = await staging.read<ApplyPlan>(names.applyPlan);
  const [streamed, applied, parent] = await Promise.all([
    staging.parts<StreamResult>(names.stream),
    Promise.all(applyPlan.ranges.map((_, i) => staging.parts<ApplyResult>(names.apply(i)))),
    plan.parent === undefined
      ? undefined
      : readManifest(services.store, plan.table.tableId, plan.parent).then((stored) => stored.manifest),
  ]);
  const results = applied.flat();
  const added = results.flatMap((result) => result.run ?? []);
  const partitions = contentOf(applyPlan.partitions, parent, results);
  return {
    format: 'tidemark-snapshot',
    version: 1,
    id: plan.id,
    parent: plan.parent ?? null,
    kind: plan.kind,
    source: plan.source,
    marker: plan.marker,
    table: plan.table,
    description: plan.description,
    cut: { stream: plan.stream, shards: cutOf(streamed.at(-1)?.lanes ?? []) },
    runs: [...(parent?.runs ?? []), ...added],
    partitions,
    ...totalOf(partitions),
    copied: copiedBy(added),
  };
}

/** Each partition's content: the parent's and what the changes added to it. Throws `SnapshotCorrupt`. */
function contentOf(count: number, parent: Manifest | undefined, results: readonly ApplyResult[]): Content[] {
  const empty: Content = { items: 0, bytes: 0, digest: new DigestSum().hex() };
  const partitions = Array.from({ length: count }, (_, i) => parent?.partitions[i] ?? empty);
  for (const { partition, ...delta } of results.flatMap((result) => result.deltas)) {
    partitions[partition] = totalOf([partitions[partition] ?? empty, delta]);
  }
  if (partitions.some(({ items, bytes }) => items < 0 || bytes < 0)) {
    throw new TidemarkError('SnapshotCorrupt', 'the changes remove more items than the parent holds');
  }
  return partitions;
}

function totalOf(contents: readonly Content[]): Content {
  const digest = new DigestSum();
  let items = 0;
  let bytes = 0;
  for (const content of contents) {
    items += content.items;
    bytes += content.bytes;
    digest.addHex(content.digest);
  }
  return { items, bytes, digest: digest.hex() };
}

function copiedBy(runs: readonly RunRef[]): Manifest['copied'] {
  const sum = (measure: (run: RunRef) => number): number =>
    runs.reduce((total, run) => total + measure(run), 0);
  return { bytes: sum((run) => run.bytes), files: runs.length, records: sum((run) => run.records) };
}
