import { type BackupId, parseBackupId } from '../model/ids.ts';
import type { Census } from '../catalog/snapshots.ts';
import type { StoredObject } from '../storage/object-store.ts';

/** Why an object is deleted. */
export type Why = 'unreferenced-run' | 'dead-manifest' | 'ended-staging';

/**
 * Why an object is kept. `live`: a live snapshot's manifest, or a run that one refers to. `working`: of a backup or
 * restore that has not ended. `unknown`: of no backup or restore that the catalog tells of, or nothing of Tidemark's.
 */
export type Keep = 'live' | 'working' | 'unknown';

export interface Deletion extends StoredObject {
  readonly why: Why;
}

export interface Tally {
  readonly objects: number;
  readonly bytes: number;
}

/** What the sweep would do with the objects of one folder: each is in `delete` or counted as kept. */
export interface SweepPlan {
  readonly delete: readonly Deletion[];
  /** Dead snapshots whose records go once the objects are gone. */
  readonly forget: readonly BackupId[];
  readonly totals: Readonly<Record<Why | Keep, Tally>>;
  /** Keys of what is kept as unknown: for a person to look at. */
  readonly unknown: readonly string[];
}

/** What was found of one table, in the order that `plan-folders.ts` explains. */
export interface TableFacts {
  readonly tableId: string;
  readonly objects: readonly StoredObject[];
  readonly census: Census;
  /** The table's live snapshots, by `findLiveSnapshots`. */
  readonly live: ReadonlySet<BackupId>;
  /** The keys of all runs that their manifests refer to. */
  readonly referred: ReadonlySet<string>;
}

const id = String.raw`\d{14}-[0-9a-f]{8}`;
const run = new RegExp(String.raw`^tables/[^/]+/runs/(${id})-[^/]+\.zst$`);
const manifest = new RegExp(String.raw`^tables/[^/]+/snapshots/(${id})/manifest\.json\.zst$`);
const staged = new RegExp(`^staging/((?:restore-)?${id})/`);

/** The ids of the table's snapshots that are alive or died after `deadline` (epoch ms). */
export function findLiveSnapshots({ snapshots }: Census, tableId: string, deadline: number): Set<BackupId> {
  const live = snapshots.filter(
    (snapshot) => snapshot.tableId === tableId && (snapshot.alive || (snapshot.diedAt ?? 0) > deadline),
  );
  return new Set(live.map((snapshot) => snapshot.id));
}

/** The plan for `tables/<TableId>`. */
export function planTable({ tableId, objects, census, live, referred }: TableFacts): SweepPlan {
  const judgeByBackup = (backup: string, why: Why): Why | Keep => {
    const status = census.backups.get(parseBackupId(backup))?.status;
    if (status === undefined) return 'unknown';
    return status === 'CREATING' ? 'working' : why;
  };
  const judge = (key: string): Why | Keep => {
    const maker = run.exec(key)?.[1];
    if (maker !== undefined) return referred.has(key) ? 'live' : judgeByBackup(maker, 'unreferenced-run');
    const snapshot = manifest.exec(key)?.[1];
    if (snapshot === undefined) return 'unknown';
    return live.has(parseBackupId(snapshot)) ? 'live' : judgeByBackup(snapshot, 'dead-manifest');
  };
  const dead = census.snapshots.filter((snapshot) => snapshot.tableId === tableId && !live.has(snapshot.id));
  return sortObjects(
    objects,
    judge,
    dead.map((snapshot) => snapshot.id),
  );
}

/** The plan for objects of `staging`. `stateOf` is asked for a job by its folder: a backup's id or `restore-<id>`. */
export function planStaging(
  objects: readonly StoredObject[],
  stateOf: (job: string) => 'ended' | 'working' | 'unknown',
): SweepPlan {
  return sortObjects(objects, (key) => {
    const state = stateOf(stagedJobOf(key));
    return state === 'ended' ? 'ended-staging' : state;
  });
}

/** The folder below `staging` that an object is in: a backup's id or `restore-<id>`; '' if it is in none. */
export function stagedJobOf(key: string): string {
  return staged.exec(key)?.[1] ?? '';
}

function sortObjects(
  objects: readonly StoredObject[],
  judge: (key: string) => Why | Keep,
  forget: readonly BackupId[] = [],
): SweepPlan {
  const deletions: Deletion[] = [];
  const unknown: string[] = [];
  const totals: Record<Why | Keep, Tally> = {
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
