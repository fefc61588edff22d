import type { SnapshotRecord } from '../catalog/snapshots.ts';
import type { Head } from '../model/records.ts';
import type { Services } from '../services/services.ts';
import { describeUnlessGone } from '../sources/find-stream.ts';
import { explainGap } from '../sources/stream/choose.ts';
import type { Table } from '../tables/table.ts';
import { toParent } from './parents.ts';

/** True if the table's stream holds every change since the head. Changes nothing. */
export async function isHeadInReach(
  services: Services,
  { identity, streamArn }: Table,
  head: Head,
): Promise<boolean> {
  if (identity.tableId !== head.tableId) return false;
  const snapshot = await services.catalog.snapshots.get({ table: identity.name, id: head.snapshot });
  const heads = snapshot === undefined ? [] : [snapshot];
  return (await filterInReach(services, streamArn, heads)).length > 0;
}

/**
 * Filters a table's snapshots: returns those that the table's stream can continue, because it holds every later change.
 * Returns none if there is no stream.
 */
export async function filterInReach(
  { config, clock, streams }: Pick<Services, 'config' | 'clock' | 'streams'>,
  arn: string | undefined,
  snapshots: readonly SnapshotRecord[],
): Promise<SnapshotRecord[]> {
  const stream = arn === undefined ? undefined : await describeUnlessGone(streams, arn);
  if (arn === undefined || stream?.enabled !== true) return [];
  const { createdAt } = stream;
  const situation = { now: clock.now(), config };
  return snapshots.filter(
    (snapshot) => explainGap(situation, toParent(snapshot), { arn, createdAt }) === undefined,
  );
}
