import { markerOf } from '../model/ids.ts';
import type { BackupRecord, Head } from '../model/records.ts';
import type { SnapshotRecord } from '../catalog/snapshots.ts';
import { isError, reasonOf, TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { isStillBusy } from '../runtime/throttling.ts';
import { describeStream, type Stream, StreamGap } from '../tables/stream.ts';
import { describeTable, switchStreamOn, type Table } from '../tables/table.ts';
import {
  chooseSource,
  type Parent,
  type Reasoned,
  type Situation,
  whyNotContinued,
} from './choose-source.ts';

/** A backup that is looking for its source. */
export interface Search {
  readonly backup: BackupRecord;
  readonly head: Head | undefined;
  /** Epoch ms at which the turn was taken: it may have been waited for longer than a source is. */
  readonly since: number;
  /** No snapshot is to be continued: one turned out to be unusable. */
  readonly anew: boolean;
  /** Pins the parent; false if it is dead or damaged, so that another choice must be made. */
  readonly pin: (parent: Pick<Parent, 'id'>) => Promise<boolean>;
}

/**
 * So long after the request a stream or recovery that is being switched on is waited for: DynamoDB refuses to while the
 * table is new or being changed, and tells a while later from when on it can be restored. Whether that is early enough is
 * for the choice to see.
 */
const switchingMs = 5 * 60_000;

/**
 * Chooses the source and the parent, which is then pinned, by what table, snapshots and configuration are. Undefined
 * while a stream or point-in-time recovery is being switched on, or the account's limits leave no room to look: come
 * again. Throws `TableNotFound`, `ContinuousBackupsUnavailable`.
 */
export async function findSource(services: Services, search: Search): Promise<Reasoned | undefined> {
  try {
    return await find(services, search);
  } catch (error) {
    if (!isStillBusy(error, services.clock.now() - search.since)) throw error;
    services.log.warn('no room to look for a source', {
      backup: search.backup.id,
      reason: reasonOf(error),
    });
    return undefined;
  }
}

async function find(services: Services, search: Search): Promise<Reasoned | undefined> {
  const table = await sameTable(services, search.backup);
  const { config, clock } = services;
  const { backup } = search;
  // Who asks for an export gets no stream switched on for it.
  const stream = backup.source === 'export' ? undefined : await streamOf(services, table, backup);
  if (stream === 'wait') return undefined;
  const situation: Situation = {
    table: backup.table.name,
    now: clock.now(),
    marker: backup.asOf ?? backup.marker,
    asked: backup.source === 'native' ? undefined : backup.source,
    onlyIncrement: backup.asOf !== undefined,
    base: config.base,
    stream,
    recovery: undefined,
    parents: await parentsOf(services, search, stream),
    windows: config.exportWindow,
    replayMs: config.replayMs,
  };
  const choice = await pinned(situation, search);
  const exports = (backup.source ?? config.base) === 'export' && backup.asOf === undefined;
  if (choice.source === 'stream' || !exports) return choice;
  const recovery = await recoveryOf(services, backup);
  if (recovery === 'wait') return undefined;
  const parents = search.anew ? [] : await formerHeads(services, backup);
  return pinned({ ...situation, parents, recovery }, search);
}

/** The table's point-in-time recovery; `wait` while it is being switched on, by whomever. */
async function recoveryOf(
  services: Services,
  { table, marker }: BackupRecord,
): Promise<Situation['recovery'] | 'wait'> {
  const { recovery, config, clock } = services;
  const { enabled, earliest } = await recovery.describe(table.name);
  const mayCome = clock.now() - marker < switchingMs;
  if (enabled) {
    if (earliest !== undefined) return { earliest };
    if (mayCome) return 'wait';
    throw new TidemarkError(
      'ContinuousBackupsUnavailable',
      `Point-in-time recovery of ${table.name} is on, but no time can be restored yet. Request the backup again later.`,
    );
  }
  if (config.missingRecovery === 'refuse') return undefined;
  try {
    await recovery.update(table.name, { enabled: true });
  } catch (error) {
    if (!mayCome || !isError(error, 'ContinuousBackupsUnavailable')) throw error;
  }
  // Somebody may switch it off again and again.
  return mayCome ? 'wait' : undefined;
}

/** The choice whose parent, if it has one, is pinned. */
async function pinned(situation: Situation, { pin }: Search): Promise<Reasoned> {
  const unusable: string[] = [];
  for (let { parents } = situation; ;) {
    const choice = chooseSource({ ...situation, parents });
    const parent = 'parent' in choice ? choice.parent : undefined;
    const why = [...unusable, ...choice.why];
    if (parent === undefined || (await pin(parent))) return { ...choice, why };
    unusable.push(`${parent.id}: it is damaged or gone`);
    parents = parents.filter(({ id }) => id !== parent.id);
  }
}

async function sameTable(services: Services, backup: BackupRecord): Promise<Table> {
  const table = await describeTable(services.dynamodb, backup.table.name);
  if (table.identity.tableId === backup.table.tableId) return table;
  throw new TidemarkError(
    'TableNotFound',
    `Table not found: ${backup.table.name} (it was deleted and made again)`,
  );
}

/** True if the table's stream tells of everything since the head. Changes nothing. */
export async function streamContinues(
  services: Services,
  { identity, streamArn }: Table,
  head: Head,
): Promise<boolean> {
  if (identity.tableId !== head.tableId) return false;
  const snapshot = await services.catalog.snapshots.get({ table: identity.name, id: head.snapshot });
  const heads = snapshot === undefined ? [] : [snapshot];
  return (await continuedByStream(services, streamArn, heads)).length > 0;
}

/** Those of a table's snapshots since which its stream tells of everything. */
export async function continuedByStream(
  { config, clock, streams }: Services,
  arn: string | undefined,
  snapshots: readonly SnapshotRecord[],
): Promise<SnapshotRecord[]> {
  const stream = arn === undefined ? undefined : await found(streams, arn);
  if (arn === undefined || stream?.enabled !== true) return [];
  const { createdAt } = stream;
  const situation = { now: clock.now(), replayMs: config.replayMs };
  return snapshots.filter(
    (snapshot) => whyNotContinued(situation, toParent(snapshot), { arn, createdAt }) === undefined,
  );
}

/** The table's stream; `wait` while it is being switched on, where the configuration says so. */
async function streamOf(
  services: Services,
  table: Table,
  { marker }: BackupRecord,
): Promise<Situation['stream'] | 'wait'> {
  const { streamArn: arn } = table;
  if (arn === undefined) {
    if (services.config.missingStream === 'refuse' || table.description.stream?.StreamEnabled === true)
      return undefined;
    if (table.status === 'ACTIVE') await switchStreamOn(services.dynamodb, table.identity.name);
    // Somebody may switch it off again and again. A scan could not be corrected by so late a stream, either.
    return services.clock.now() - marker < switchingMs ? 'wait' : undefined;
  }
  const stream = await found(services.streams, arn);
  // While it is being switched on, writes may leave no record: a scan that begins now could not be corrected.
  if (stream?.enabled === false) return 'wait';
  return stream && { arn, createdAt: stream.createdAt };
}

async function found(streams: Services['streams'], arn: string): Promise<Stream | undefined> {
  try {
    return await describeStream(streams, arn);
  } catch (error) {
    if (error instanceof StreamGap) return undefined;
    throw error;
  }
}

/** The head; for the content of an earlier time what was the head before it, the latest first. */
async function parentsOf(
  services: Services,
  { backup, head, anew }: Search,
  stream: Situation['stream'],
): Promise<Parent[]> {
  if (anew) return [];
  const { asOf } = backup;
  if (asOf !== undefined) {
    return (await formerHeads(services, backup)).filter((parent) => endOf(parent, stream) <= asOf);
  }
  if (head?.tableId !== backup.table.tableId) return [];
  const snapshot = await services.catalog.snapshots.get({ table: backup.table.name, id: head.snapshot });
  return snapshot === undefined ? [] : [toParent(snapshot)];
}

/** Epoch ms: the parent holds nothing later. A base of a stream that is younger than its request ends where that begins. */
function endOf({ marker, ends }: Parent, stream: Situation['stream']): number {
  if ('exportTime' in ends) return ends.exportTime;
  return ends.stream === stream?.arn ? Math.max(marker, stream.createdAt) : marker;
}

/** Snapshots of the table that are alive and were the head, or are; the latest first: another may serve where it does not. */
async function formerHeads(services: Services, { table }: BackupRecord): Promise<Parent[]> {
  const { snapshots } = await services.catalog.snapshots.takeCensus(table.name);
  return snapshots
    .filter(({ alive, tableId, asOf }) => alive && tableId === table.tableId && asOf === undefined)
    .map(toParent)
    .toReversed();
}

function toParent({ id, ends }: SnapshotRecord): Parent {
  return { id, marker: markerOf(id), ends };
}
