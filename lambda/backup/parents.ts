import type { SnapshotRecord } from '../catalog/snapshots.ts';
import { markerOf } from '../model/ids.ts';
import type { BackupRecord, Head } from '../model/records.ts';
import type { Services } from '../services/services.ts';
import type { Parent } from '../sources/source.ts';

/**
 * Finds the table's head, as a list of parents. The list is empty if there is no head, or if it belongs to another table of
 * this name.
 */
export async function findHead(
  { catalog }: Pick<Services, 'catalog'>,
  { table }: Pick<BackupRecord, 'table'>,
  head: Head | undefined,
): Promise<Parent[]> {
  if (head?.tableId !== table.tableId) return [];
  const snapshot = await catalog.snapshots.get({ table: table.name, id: head.snapshot });
  return snapshot === undefined ? [] : [toParent(snapshot)];
}

/** A snapshot older than this cannot be continued: streams keep a day, point-in-time recovery at most 35 days. */
const maxParentAgeMs = 36 * 24 * 60 * 60 * 1000;

/** The maximum number of snapshots to consider, the latest ones: more would make each backup slower as the table gets older. */
const maxParents = 500;

/** Finds the live snapshots of the backup's lineage that are or were the head and may be continued, latest first. */
export async function findFormerHeads(
  { catalog, clock }: Pick<Services, 'catalog' | 'clock'>,
  { table, sink, asOf: wanted }: Pick<BackupRecord, 'table' | 'sink' | 'asOf'>,
): Promise<Parent[]> {
  const lineage = { table: table.name, sink };
  const range = { since: clock.now() - maxParentAgeMs, ...(wanted !== undefined && { until: wanted }) };
  const snapshots = await catalog.snapshots.listLatest(lineage, range, maxParents);
  return snapshots
    .filter(({ alive, tableId, asOf }) => alive && tableId === table.tableId && asOf === undefined)
    .map(toParent);
}

/** Turns the record of a snapshot into a parent for the sources. */
export function toParent({ id, manifestSha256, ends }: SnapshotRecord): Parent {
  return { id, manifestSha256, marker: markerOf(id), ends };
}
