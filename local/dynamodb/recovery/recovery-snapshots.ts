import { filterInReach } from '../../../lambda/backup/stream-reach.ts';
import { markerOf } from '../../../lambda/model/ids.ts';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { createBackup } from '../../../lambda/operations/create-backup.ts';
import type { Services } from '../../../lambda/services/services.ts';
import type { Table } from '../../../lambda/tables/table.ts';

/** How long a snapshot is kept: the table's stream holds the changes after it for a day. */
const lifeMs = 24 * 60 * 60 * 1000;

const backupName = 'tidemark-point-in-time';

export interface SnapshotRequest {
  /** Epoch ms. @default the time of the request */
  readonly asOf?: number;
  readonly requestedBy?: string;
}

/** Requests a backup for point-in-time recovery. It is internal: no list shows it. */
export function requestSnapshot(
  services: Services,
  table: string,
  request: SnapshotRequest = {},
): Promise<BackupRecord> {
  const expiresAt = services.clock.now() + lifeMs;
  return createBackup(services, { ...request, table, name: backupName, internal: true, expiresAt });
}

/** The maximum number of snapshots of the last day to consider, the latest ones. */
const maxSnapshots = 2000;

/** The markers of a table's snapshots, in order. `ready`: complete, and the stream holds all later changes. `coming`: being made. */
export interface SnapshotMarkers {
  readonly ready: readonly number[];
  readonly coming: readonly number[];
}

export async function findSnapshots(
  services: Services,
  { identity, streamArn }: Table,
): Promise<SnapshotMarkers> {
  const { catalog, clock } = services;
  const { name, tableId: own } = identity;
  const [latest, record] = await Promise.all([
    catalog.snapshots.listLatest({ table: name }, { since: clock.now() - lifeMs }, maxSnapshots),
    catalog.turns.getTable(name),
  ]);
  const candidates = latest.filter(
    ({ alive, asOf, tableId }) => alive && asOf === undefined && tableId === own,
  );
  const ready = await filterInReach(services, streamArn, candidates.toReversed());
  return { ready: ready.map(({ id }) => markerOf(id)), coming: (record?.pending ?? []).map(markerOf) };
}
