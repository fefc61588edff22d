import { type BackupId, isBackupId, parseBackupId } from '../model/ids.ts';
import type { Census, FormerFolder } from '../catalog/census.ts';
import type { StoredObject } from '../storage/object-store.ts';

/** Why an object is deleted. */
export type DeletionReason = 'unreferenced-run' | 'dead-manifest' | 'ended-staging';

/**
 * Why an object is kept.
 *
 * - `live`: it is a live snapshot's manifest, or a run that such a manifest refers to.
 * - `working`: it belongs to a backup or restore that has not ended.
 * - `unknown`: it belongs to no backup or restore in the catalog, or Tidemark did not store it.
 */
export type KeepReason = 'live' | 'working' | 'unknown';

export interface Deletion extends StoredObject {
  readonly why: DeletionReason;
}

export interface Tally {
  readonly objects: number;
  readonly bytes: number;
}

/** What the sweep would do with the objects of one folder: each is in `delete` or is counted as kept. */
export interface SweepPlan {
  readonly delete: readonly Deletion[];
  /** Dead snapshots whose records are removed after their objects. */
  readonly forget: readonly BackupId[];
  /** Set if the sweep need not list the folder again: it removes the folder's note. */
  readonly forgetFolder?: FormerFolder;
  readonly totals: Readonly<Record<DeletionReason | KeepReason, Tally>>;
  /** The keys of the objects that are kept as unknown, for a person to check. */
  readonly unknown: readonly string[];
}

/** The plan for one folder; or, as `trouble`, the reason why there is none: then nothing in the folder is deleted. */
export type FolderPlan = {
  readonly folder: string;
  readonly table?: string;
  /** The data sink in which the folder is, unless that is the default one. */
  readonly sink?: string;
} & ({ readonly plan: SweepPlan } | { readonly trouble: string });

/** The records and objects of one table, read in the order that `planTableFolders` explains. */
export interface TableFacts {
  readonly tableId: string;
  readonly objects: readonly StoredObject[];
  readonly census: Census;
  /** The table's live snapshots, by `findLiveSnapshots`. */
  readonly live: ReadonlySet<BackupId>;
  /** The keys of all runs that the live snapshots' manifests refer to. */
  readonly referred: ReadonlySet<string>;
}

const id = String.raw`\d{14}-[0-9a-f]{8}`;
const run = new RegExp(String.raw`^tables/[^/]+/runs/(${id})-[^/]+\.zst$`);
const manifest = new RegExp(String.raw`^tables/[^/]+/snapshots/(${id})/manifest\.json\.zst$`);
const staged = new RegExp(`^staging/((?:restore-)?${id})/`);

/** Finds the table's snapshots that are alive or died after `deadline` (epoch ms). Returns their ids. */
export function findLiveSnapshots({ snapshots }: Census, tableId: string, deadline: number): Set<BackupId> {
  const live = snapshots.filter(
    (snapshot) => snapshot.tableId === tableId && (snapshot.alive || (snapshot.diedAt ?? 0) > deadline),
  );
  return new Set(live.map((snapshot) => snapshot.id));
}

/** Finds the backup that an object below `tables/` is named after. Undefined if it has another name. */
export function makerOf(key: string): BackupId | undefined {
  const id = (run.exec(key) ?? manifest.exec(key))?.[1];
  return isBackupId(id) ? id : undefined;
}

/** Plans for the objects of `tables/<TableId>`. */
export function planTable({ tableId, objects, census, live, referred }: TableFacts): SweepPlan {
  const judgeByBackup = (backup: string, why: DeletionReason): DeletionReason | KeepReason => {
    const status = census.backups.get(parseBackupId(backup))?.status;
    if (status === undefined) return 'unknown';
    return status === 'CREATING' ? 'working' : why;
  };
  const judge = (key: string): DeletionReason | KeepReason => {
    const maker = run.exec(key)?.[1];
    if (maker !== undefined) return referred.has(key) ? 'live' : judgeByBackup(maker, 'unreferenced-run');
    const snapshot = manifest.exec(key)?.[1];
    if (snapshot === undefined) return 'unknown';
    return live.has(parseBackupId(snapshot)) ? 'live' : judgeByBackup(snapshot, 'dead-manifest');
  };
  const dead = census.snapshots.filter((snapshot) => snapshot.tableId === tableId && !live.has(snapshot.id));
  return planObjects(
    objects,
    judge,
    dead.map((snapshot) => snapshot.id),
  );
}

/** Plans for objects of `staging`. `stateOf` gets a job's folder: a backup's id or `restore-<id>`. */
export function planStaging(
  objects: readonly StoredObject[],
  stateOf: (job: string) => 'ended' | 'working' | 'unknown',
): SweepPlan {
  return planObjects(objects, (key) => {
    const state = stateOf(stagedJobOf(key));
    return state === 'ended' ? 'ended-staging' : state;
  });
}

/**
 * The folder below `staging` that holds the object: a backup's id or `restore-<id>`; '' for an object in no such
 * folder.
 */
export function stagedJobOf(key: string): string {
  return staged.exec(key)?.[1] ?? '';
}

function planObjects(
  objects: readonly StoredObject[],
  judge: (key: string) => DeletionReason | KeepReason,
  forget: readonly BackupId[] = [],
): SweepPlan {
  const deletions: Deletion[] = [];
  const unknown: string[] = [];
  const totals: Record<DeletionReason | KeepReason, Tally> = {
    'unreferenced-run': emptyTally,
    'dead-manifest': emptyTally,
    'ended-staging': emptyTally,
    live: emptyTally,
    working: emptyTally,
    unknown: emptyTally,
  };
  for (const object of objects) {
    const found = judge(object.key);
    totals[found] = addTallies(totals[found], { objects: 1, bytes: object.bytes });
    if (found === 'unknown') unknown.push(object.key);
    else if (found !== 'live' && found !== 'working') deletions.push({ ...object, why: found });
  }
  return { delete: deletions, forget, totals, unknown };
}

export const emptyTally: Tally = { objects: 0, bytes: 0 };

export function addTallies(a: Tally, b: Tally): Tally {
  return { objects: a.objects + b.objects, bytes: a.bytes + b.bytes };
}
