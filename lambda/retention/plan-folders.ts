import pMap from 'p-map';
import type { Census, FormerFolder } from '../catalog/census.ts';
import type { SnapshotRecord } from '../catalog/snapshots.ts';
import { Budget } from '../jobs/budget.ts';
import { toSinkMember } from '../model/data-sinks.ts';
import { isError, reasonOf } from '../runtime/errors.ts';
import { readManifest } from '../snapshot/format/manifest.ts';
import type { StoredObject } from '../storage/object-store.ts';
import { planBackupStaging, type Staged } from './plan-staging.ts';
import { findLiveSnapshots, type FolderPlan, makerOf, planTable, type SweepPlan } from './sweep-plan.ts';
import { storeOf, type SweepServices } from './sweep-services.ts';

/** How many manifests are read at once: enough to hide the store's latency. A manifest has at most a few megabytes. */
const maxOpenManifests = 8;

/** The plans for one table name. */
export interface TablePlans {
  /** Those for the default data sink and for the staged objects. */
  readonly plans: readonly FolderPlan[];
  /** Plans for one other data sink after another: a slow one must not delay the default one. */
  readonly planSinks: () => AsyncIterable<readonly FolderPlan[]>;
}

export interface PlanOptions {
  /** True: ends the lives of released snapshots. */
  readonly killReleased: boolean;
  /** The time for the default data sink. */
  readonly budget: Budget;
  /** The time for each other data sink of the table, ms. A slow one is reported, and delays nothing for longer. */
  readonly sinkMs: number;
}

/**
 * Plans for everything that belongs to one table name: the folder of each TableId that it has had, in each data sink, and
 * the staged objects of its backups, which it takes out of `staged`. The default sink comes first. Folders share no objects. With `killReleased` it first
 * ends the lives of released snapshots that nothing holds: a crash between deleting a backup and ending its snapshot leaves
 * them alive. Returns undefined if the time is used up before everything is read.
 *
 * It reads in this order: the objects; the records of the backups, then those of the snapshots, oldest first
 * (`takeCensus`); the manifests of the live snapshots. Then these may be deleted:
 *
 * - a run whose backup has ended and that no live snapshot's manifest refers to,
 * - a manifest whose backup has ended and whose snapshot is not live.
 *
 * Why this is safe concurrently with backups, restores, deletions and other sweeps: "ended" and "dead" never change
 * back. So an object that may be deleted now may be deleted at any later time, unless a later snapshot S refers to it: a
 * snapshot whose record was written after the sweep had read past that record's place. S refers only to its own runs and to
 * those of its parent P.
 *
 * - S's own runs: the backup of S had not ended when the backups were read, else S would have been found.
 * - P's runs: P is alive when S is committed, because it is the head or pinned, or because the commit requires it
 *   (`Turns.commit`). A dead snapshot never revives, so P has been alive since S was planned. The record of P comes before
 *   the record of S. If the sweep found the record of P, P was alive, and the sweep has read which runs P refers to. If
 *   not, P is a later snapshot itself, and the same argument holds for P. The chain of parents ends at a base, which has
 *   only its own runs.
 *
 * Nothing refers to objects that a late twin of an ended backup stores; the next sweep deletes them. If a live manifest
 * cannot be read, nothing of its TableId is deleted, because nobody knows to which runs the manifest refers.
 */
export async function planTableFolders(
  services: SweepServices,
  table: string,
  staged: Staged,
  { killReleased, budget, sinkMs }: PlanOptions,
): Promise<TablePlans | undefined> {
  const { snapshots } = services.catalog;
  const before = await snapshots.takeCensus(table);
  if (killReleased) {
    for (const { id, alive, released, sink } of before.snapshots)
      if (alive && released === true) await snapshots.kill({ table, id, sink });
  }
  const sinks = Map.groupBy(findFolders(before), ({ sink }) => sink);
  const own = await planSink(services, table, { folders: sinks.get(undefined) ?? [], budget });
  if (own === undefined) return undefined;
  const plans: FolderPlan[] = [
    { table, folder: 'staging', plan: planBackupStaging(own.census, staged) },
    ...own.plans,
  ];
  sinks.delete(undefined);
  async function* planSinks(): AsyncGenerator<readonly FolderPlan[]> {
    for (const [sink = '', folders] of sinks) {
      const planned = await planSink(services, table, {
        folders,
        budget: new Budget(services.clock, sinkMs),
      });
      yield planned?.plans ?? [{ table, folder: 'tables', sink, trouble: slowSink }];
    }
  }
  return { plans, planSinks };
}

const slowSink =
  'reading its objects and manifests takes longer than the part of a sweep that a data sink has';

/** Plans for the folders of a table in one data sink. Returns undefined if the time is used up before everything is read. */
async function planSink(
  services: SweepServices,
  table: string,
  { folders, budget }: { readonly folders: readonly TableFolder[]; readonly budget: Budget },
): Promise<{ readonly census: Census; readonly plans: readonly FolderPlan[] } | undefined> {
  const listed: ListedFolder[] = [];
  for (const folder of folders) {
    const found = await listFolder(services, folder, budget);
    if (found === undefined) return undefined;
    listed.push(found);
  }
  const makers = listed.flatMap(({ objects }) => objects).map(({ key }) => makerOf(key));
  const census = await services.catalog.snapshots.takeCensus(
    table,
    makers.filter((id) => id !== undefined),
  );
  const plans: FolderPlan[] = [];
  for (const folder of listed) {
    const { tableId, sink, isRemoved = false } = folder;
    // The objects of a removed sink cannot be swept. While it has backups, somebody may want it back.
    if (isRemoved && ![...census.backups.values()].some((backup) => backup.sink === sink)) {
      services.log.warn('a data sink was removed, and objects may remain in it', {
        table,
        sink,
        folder: tableId,
      });
      continue;
    }
    const outcome = await planTableId(services, folder, selectSink(census, sink), budget);
    if (outcome === undefined) return undefined;
    plans.push({ table, folder: `tables/${tableId}`, ...toSinkMember(sink), ...outcome });
  }
  return { census, plans };
}

/** The folder of a TableId in a data sink. Without `sink`, it is in the default sink. */
interface TableFolder {
  readonly tableId: string;
  readonly sink?: string | undefined;
}

/** The objects of a folder; or `trouble`, the reason why they cannot be listed. */
interface ListedFolder extends TableFolder {
  readonly objects: readonly StoredObject[];
  readonly trouble?: string;
  /** True if the configuration has no such data sink any longer. */
  readonly isRemoved?: boolean;
}

/** Finds the folders that may hold objects: one for each TableId and data sink. */
function findFolders({ backups, snapshots, folders }: Census): TableFolder[] {
  const found = [...backups.values(), ...snapshots, ...folders];
  return [...new Map(found.map(({ tableId, sink }) => [`${tableId}@${sink}`, { tableId, sink }])).values()];
}

/** Selects the records of one data sink. So an object of a backup in another sink counts as unknown, and is kept. */
function selectSink({ backups, snapshots, folders }: Census, sink: string | undefined): Census {
  return {
    backups: new Map([...backups].filter(([, backup]) => backup.sink === sink)),
    snapshots: snapshots.filter((snapshot) => snapshot.sink === sink),
    folders: folders.filter((folder) => folder.sink === sink),
  };
}

/** Lists the objects of a folder. Returns undefined if the time is used up before the end. */
async function listFolder(
  services: SweepServices,
  folder: TableFolder,
  budget: Budget,
): Promise<ListedFolder | undefined> {
  try {
    const objects = await listObjects(services, folder, budget);
    return objects && { ...folder, objects };
  } catch (error) {
    if (folder.sink === undefined) throw error;
    return { ...folder, objects: [], trouble: reasonOf(error), isRemoved: isError(error, 'SinkNotFound') };
  }
}

async function listObjects(
  services: SweepServices,
  { tableId, sink }: TableFolder,
  budget: Budget,
): Promise<StoredObject[] | undefined> {
  const objects: StoredObject[] = [];
  for await (const object of storeOf(services, sink).list(`tables/${tableId}`)) {
    objects.push(object);
    if (budget.isSpent()) return undefined;
  }
  return objects;
}

async function planTableId(
  services: SweepServices,
  { tableId, sink, objects, trouble }: ListedFolder,
  census: Census,
  budget: Budget,
): Promise<{ plan: SweepPlan } | { trouble: string } | undefined> {
  if (trouble !== undefined) return { trouble };
  const deadline = services.clock.now() - services.config.sweepGraceMs;
  const live = findLiveSnapshots(census, tableId, deadline);
  const snapshots = census.snapshots.filter((snapshot) => live.has(snapshot.id));
  try {
    const referred = await readReferredRuns(services, sink, snapshots, budget);
    if (referred === undefined) return undefined;
    const plan = planTable({ tableId, objects, census, live, referred });
    const forgetFolder = objects.length === 0 ? findUnusedFolder(census, tableId, deadline) : undefined;
    return { plan: { ...plan, ...(forgetFolder && { forgetFolder }) } };
  } catch (error) {
    return { trouble: reasonOf(error) };
  }
}

/**
 * Finds the note of a folder that has been unused since `deadline` (epoch ms): it has no backup and no snapshot, and no
 * late twin can still store anything there.
 */
function findUnusedFolder(
  { backups, snapshots, folders }: Census,
  tableId: string,
  deadline: number,
): FormerFolder | undefined {
  const users = [...backups.values(), ...snapshots];
  if (users.some((user) => user.tableId === tableId)) return undefined;
  return folders.find((folder) => folder.tableId === tableId && folder.since <= deadline);
}

/** Reads to which runs the snapshots' manifests refer. Returns undefined if the time is used up before all are read. */
async function readReferredRuns(
  services: SweepServices,
  sink: string | undefined,
  snapshots: readonly SnapshotRecord[],
  budget: Budget,
): Promise<ReadonlySet<string> | undefined> {
  const store = storeOf(services, sink);
  const referred = new Set<string>();
  let isSpent = false;
  await pMap(
    snapshots,
    async ({ tableId, id, manifestSha256 }) => {
      isSpent ||= budget.isSpent();
      if (isSpent) return;
      const { manifest } = await readManifest(store, tableId, id, manifestSha256);
      for (const { key } of manifest.runs) referred.add(key);
    },
    { concurrency: maxOpenManifests },
  );
  return isSpent ? undefined : referred;
}
