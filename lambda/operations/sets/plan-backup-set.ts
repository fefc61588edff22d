import pMap from 'p-map';
import { type BackupEstimate, estimateBackup } from '../../estimate/backup-estimate.ts';
import { prices } from '../../estimate/prices.ts';
import { addSpans } from '../../estimate/span.ts';
import type { BackupSource, Kind } from '../../model/records.ts';
import { isSetOutcome, type SetRequest } from '../../model/sets.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import { checkKind } from '../prepare-backup.ts';
import { checkSetRequest, toObstacleError } from './check-set-request.ts';
import { planBackup } from './plan-backup.ts';
import { readSet } from './read-set.ts';
import { memberConcurrency } from './request-members.ts';

/** The backup that one table would get, or the error with which its request would fail at once. */
export type PlannedMember = { readonly table: string } & (
  | ({
      /** DynamoDB's latest count, which may be six hours old. */
      readonly items: number;
      readonly bytes: number;
      /** DynamoDB's own backups have none. */
      readonly kind?: Kind;
      readonly source: BackupSource;
      readonly why: readonly string[];
    } & BackupEstimate)
  | { readonly error: TidemarkError }
);

/** The set that a request would make: its tables in the order of the request, and the sums over them. */
export interface PlannedSet extends BackupEstimate {
  readonly members: readonly PlannedMember[];
  readonly items: number;
  readonly bytes: number;
  readonly prices: Pick<typeof prices, 'region' | 'asOf'>;
}

/**
 * Plans what a request for a set would do now, and changes nothing: no record, no object, no setting of a table. Sources
 * are chosen as for a backup; the backup itself may choose another one if the table has changed by then.
 *
 * Throws `Validation`, `SinkNotFound`, `SinkUnreachable`, `SetInUse` and `TooManySets` as the request would.
 */
export async function planBackupSet(
  services: RequestServices,
  { maxPerDay, ...request }: SetRequest & { readonly maxPerDay?: number },
): Promise<PlannedSet> {
  checkSetRequest(request);
  checkKind(services, request);
  await services.sinks.check(request.sink, 'reading');
  await checkObstacle(services, request.name, maxPerDay);
  const members = await pMap(request.tables, (table) => planMember(services, request, table), {
    concurrency: memberConcurrency,
  });
  const planned = members.flatMap((member) => ('error' in member ? [] : [member]));
  return {
    members,
    items: planned.reduce((sum, { items }) => sum + items, 0),
    bytes: planned.reduce((sum, { bytes }) => sum + bytes, 0),
    usd: addSpans(...planned.map(({ usd }) => usd)),
    monthlyUsd: addSpans(...planned.map(({ monthlyUsd }) => monthlyUsd)),
    prices: { region: prices.region, asOf: prices.asOf },
  };
}

/**
 * Throws the error that a request for a set of this name would get now. A running set whose backups have all ended is no
 * obstacle, even if its end is not recorded yet.
 */
async function checkObstacle(
  { catalog }: Pick<RequestServices, 'catalog'>,
  name: string,
  maxPerDay: number | undefined,
): Promise<void> {
  const obstacle = await catalog.sets.findObstacle(name, maxPerDay);
  if (obstacle === undefined) return;
  const running = obstacle.kind === 'running' && (await catalog.sets.get({ name, id: obstacle.id }));
  if (running && isSetOutcome((await readSet({ catalog }, running)).status)) return;
  throw toObstacleError(name, obstacle, maxPerDay);
}

async function planMember(
  services: RequestServices,
  request: SetRequest,
  table: string,
): Promise<PlannedMember> {
  try {
    const { description, source, kind, isContinued, why } = await planBackup(services, request, table);
    const size = { items: description.itemCount, bytes: description.sizeBytes };
    const estimate = estimateBackup(size, { source, kind: kind ?? 'full', isContinued });
    return { table, ...size, ...(kind !== undefined && { kind }), source, why, ...estimate };
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    return { table, error };
  }
}
