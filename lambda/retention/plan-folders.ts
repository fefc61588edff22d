import pMap from 'p-map';
import type { Restores } from '../catalog/restores.ts';
import type { Census, SnapshotRecord, Snapshots } from '../catalog/snapshots.ts';
import type { Turns } from '../catalog/turns.ts';
import { reasonOf } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { readManifest } from '../snapshot/format/manifest.ts';
import type { StoredObject } from '../storage/object-store.ts';
import { findLiveSnapshots, planStaging, planTable, stagedJobOf, type SweepPlan } from './sweep-plan.ts';

export interface SweepServices extends Pick<Services, 'store' | 'clock' | 'config' | 'log' | 'ids'> {
  readonly catalog: {
    readonly turns: Pick<Turns, 'listTables'>;
    readonly snapshots: Pick<Snapshots, 'takeCensus' | 'kill' | 'forget'>;
    readonly restores: Pick<Restores, 'listRunning'>;
  };
}

/** The plan for one folder, or what kept it from being made: then nothing in the folder is deleted. */
export type FolderPlan = { readonly folder: string; readonly table?: string } & (
  | { readonly plan: SweepPlan }
  | { readonly trouble: string }
);

/** Staged objects by their job: a backup's id or `restore-<id>`. */
export type Staged = Map<string, StoredObject[]>;

/** Enough to hide the latency of the store; a manifest is at most a few megabytes. */
const manifestsAtOnce = 8;

/** All that is staged. To be listed before any record is read. */
export async function listStaged({ store }: Pick<SweepServices, 'store'>): Promise<Staged> {
  return Map.groupBy(await Array.fromAsync(store.list('staging')), ({ key }) => stagedJobOf(key));
}

/**
 * Plans for everything of one table name: each TableId that it had, and the staging of its backups, which is taken out
 * of `staged`. With `mend` it first ends the lives of released snapshots that nothing holds any more, which a crash
 * between deleting a backup and ending its snapshot leaves alive.
 *
 * Why it is safe beside backups, restores, deletions and other sweeps. The objects are listed first. Then the records
 * are read: all backups, then the snapshots from the oldest on (`Snapshots.census`). Then the manifests of the live
 * snapshots are read. Deletable is
 *
 * - a run whose backup has ended and that no live snapshot's manifest refers to,
 * - a manifest whose backup has ended and whose snapshot is not live.
 *
 * "Ended" and "dead" are for ever, so an object that is deletable stays so, however slow or late its deletion, if no
 * snapshot S that is committed after S's place was read refers to it. S's own runs: its backup had not ended when the
 * backups were read, or S would have been found. Its parent's runs: the parent P is alive when S is committed, and so
 * was all the while since S was planned, as what is dead stays dead: it is the head, or is pinned, or the commit is on
 * condition that it lives (`Turns.commit`). P's place comes before S's. If P was found there, it was alive,
 * and its runs are among those referred to. If not, P itself was committed after its place was read, and the same holds
 * for P; its chain of parents ends at a base, which has own runs only. What a late twin of an ended backup stores is
 * referred to by nothing, and the next sweep takes it.
 *
 * A live manifest that cannot be read stops the deletion of anything of its TableId: nobody knows what it refers to.
 */
export async function planTableFolders(
  services: SweepServices,
  table: string,
  staged: Staged,
  { mend }: { readonly mend: boolean },
): Promise<FolderPlan[]> {
  const { snapshots } = services.catalog;
  const before = await snapshots.takeCensus(table);
  if (mend) {
    for (const { id, alive, released } of before.snapshots)
      if (alive && released === true) await snapshots.kill({ table, id });
  }
  const tableIds = new Set([...before.backups.values()].map(({ tableId }) => tableId));
  const listed = new Map<string, StoredObject[]>();
  for (const tableId of tableIds)
    listed.set(tableId, await Array.fromAsync(services.store.list(`tables/${tableId}`)));
  const census = await snapshots.takeCensus(table);
  const plans: FolderPlan[] = [{ table, folder: 'staging', plan: planBackupStaging(census, staged) }];
  for (const [tableId, objects] of listed)
    plans.push({
      table,
      folder: `tables/${tableId}`,
      ...(await planTableId(services, tableId, objects, census)),
    });
  return plans;
}

/**
 * The plan for what restores have staged. The restores that run are found by the index, which may lag; so a restore that
 * is younger than the grace is taken to be running, and a lag of an hour is not known. It would fail the restore, and
 * harm nothing else.
 */
export async function planRestoreStaging(services: SweepServices, staged: Staged): Promise<FolderPlan> {
  const jobs = [...staged.keys()].filter((job) => job.startsWith('restore-'));
  const objects = jobs.flatMap((job) => takeStaged(staged, job));
  const running = new Set((await services.catalog.restores.listRunning()).map(({ id }) => `restore-${id}`));
  const deadline = services.clock.now() - services.config.sweepGraceMs;
  const stateOf = (job: string) => (running.has(job) || startOf(job) > deadline ? 'working' : 'ended');
  return { folder: 'staging', plan: planStaging(objects, stateOf) };
}

/** What is left in `staged` after all tables and the restores is nobody's. */
export function planUnknownStaging(staged: Staged): FolderPlan {
  return { folder: 'staging', plan: planStaging([...staged.values()].flat(), () => 'unknown') };
}

function planBackupStaging({ backups }: Census, staged: Staged): SweepPlan {
  const jobs = [...backups.keys()].filter((id) => staged.has(id));
  const objects = jobs.flatMap((job) => takeStaged(staged, job));
  const working = new Set<string>(jobs.filter((id) => backups.get(id)?.status === 'CREATING'));
  return planStaging(objects, (job) => (working.has(job) ? 'working' : 'ended'));
}

async function planTableId(
  services: SweepServices,
  tableId: string,
  objects: readonly StoredObject[],
  census: Census,
): Promise<{ plan: SweepPlan } | { trouble: string }> {
  const live = findLiveSnapshots(census, tableId, services.clock.now() - services.config.sweepGraceMs);
  const snapshots = census.snapshots.filter((snapshot) => live.has(snapshot.id));
  try {
    const referred = await readReferredRuns(services, snapshots);
    return { plan: planTable({ tableId, objects, census, live, referred }) };
  } catch (error) {
    return { trouble: reasonOf(error) };
  }
}

async function readReferredRuns(
  { store }: SweepServices,
  snapshots: readonly SnapshotRecord[],
): Promise<ReadonlySet<string>> {
  const referred = new Set<string>();
  await pMap(
    snapshots,
    async ({ tableId, id, manifestSha256 }) => {
      const { manifest } = await readManifest(store, tableId, id, manifestSha256);
      for (const { key } of manifest.runs) referred.add(key);
    },
    { concurrency: manifestsAtOnce },
  );
  return referred;
}

function takeStaged(staged: Staged, job: string): StoredObject[] {
  const objects = staged.get(job) ?? [];
  staged.delete(job);
  return objects;
}

/** Epoch ms: a restore's id begins with the time of its request. */
function startOf(job: string): number {
  return Number(job.slice('restore-'.length).split('-')[0]);
}
