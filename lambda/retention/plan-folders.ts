import pMap from 'p-map';
import type { Census, SnapshotRecord } from '../catalog/snapshots.ts';
import { reasonOf } from '../runtime/errors.ts';
import { readManifest } from '../snapshot/format/manifest.ts';
import type { StoredObject } from '../storage/object-store.ts';
import { planBackupStaging, type Staged } from './plan-staging.ts';
import { findLiveSnapshots, type FolderPlan, planTable, type SweepPlan } from './sweep-plan.ts';
import type { SweepServices } from './sweep-services.ts';

/** How many manifests are read at once: enough to hide the store's latency. A manifest has at most a few megabytes. */
const maxOpenManifests = 8;

/**
 * Plans for everything that belongs to one table name: each TableId that it had, and the staging of its backups, which
 * is taken out of `staged`. With `killReleased` it first ends the lives of released snapshots that nothing holds: a
 * crash between deleting a backup and ending its snapshot leaves them alive.
 *
 * It reads in this order: the objects; the records of all backups, then those of the snapshots, oldest first
 * (`Snapshots.takeCensus`); the manifests of the live snapshots. Then these may be deleted:
 *
 * - a run whose backup has ended and that no live snapshot's manifest refers to,
 * - a manifest whose backup has ended and whose snapshot is not live.
 *
 * Why this is safe concurrently with backups, restores, deletions and other sweeps: "ended" and "dead" never change
 * back. So what may be deleted now may be deleted at any later time, unless a later snapshot S refers to it: one whose
 * record was written after the sweep had read past that record's place. S refers only to runs of its own and of its
 * parent P.
 *
 * - S's own runs: the backup of S had not ended when the backups were read, else S would have been found.
 * - P's runs: P is alive when S is committed, because it is the head or pinned, or because the commit requires it
 *   (`Turns.commit`). A dead snapshot never revives, so P was alive all the time since S was planned. The record of P
 *   comes before that of S. If the sweep found it, P was alive, and the sweep has read which runs P refers to. If not,
 *   P is a later snapshot itself, and the same argument holds for P. The chain of parents ends at a base, which has
 *   only runs of its own.
 *
 * Nothing refers to what a late twin of an ended backup stores; the next sweep deletes it. A live manifest that cannot
 * be read stops every deletion of its TableId, because nobody knows what it refers to.
 */
export async function planTableFolders(
  services: SweepServices,
  table: string,
  staged: Staged,
  { killReleased }: { readonly killReleased: boolean },
): Promise<FolderPlan[]> {
  const { snapshots } = services.catalog;
  const before = await snapshots.takeCensus(table);
  if (killReleased) {
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
    { concurrency: maxOpenManifests },
  );
  return referred;
}
