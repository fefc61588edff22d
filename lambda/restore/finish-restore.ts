import type {
  TableDescription as SdkTableDescription,
  TimeToLiveDescription,
  UpdateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../model/records.ts';
import { shortenReasons } from '../runtime/shorten.ts';
import type { Services } from '../services/services.ts';
import { describeTable } from '../tables/table.ts';
import type { RestoreJob } from '../jobs/job.ts';
import type { WaitResult } from './build-indexes.ts';
import { findDifferences } from './compare-target.ts';
import { updateTable, updateTimeToLive } from './change-table.ts';
import { sumRanges } from './range-part.ts';
import { sumTarget, type TargetSum } from './sum-target.ts';
import { type CurrentRestore, readCurrentRestore, readSourceManifest } from './current-restore.ts';
import { markFinished } from './restore-tag.ts';
import { describeTarget, lacksProtection } from './target-table.ts';
import { maximaOf } from './target-throughput.ts';

const waitSeconds = 5;

/** A scan of the table that has more to read continues at once. */
const nextPartSeconds = 1;

/**
 * Gives the table its remaining settings one after another, compares the restored items with the snapshot and the table's
 * settings with the promised ones, marks the table as finished and ends the job. If the restore is to verify its table
 * (`verifyTarget`), it first scans the table, and compares its items with those that were restored.
 *
 * If the items' number or digest differs although every frame's checksum matched, the snapshot's claim about its
 * items is wrong, not the items: the table is kept, and the record says so. The items of an import cannot be added up
 * again: the digest is that of the materialized items, and `importTable` has compared DynamoDB's count with theirs.
 */
export async function finishRestore(services: Services, { job }: { job: RestoreJob }): Promise<WaitResult> {
  const current = await readCurrentRestore(services, job);
  const { restore } = current;
  const table = await describeTarget(services, restore);
  const wait = { job, status: 'wait', waitSeconds } as const;
  if (table.TableStatus !== 'ACTIVE') return wait;
  // Before time to live is enabled, which deletes items.
  const isVerified = restore.verifyTarget !== true || restore.settled === true;
  if (!isVerified && (await sumTarget(services, job, current)) === undefined)
    return { ...wait, waitSeconds: nextPartSeconds };
  if (await applySetting(services, restore.target, table, restore.description)) return wait;
  // A settled restore was compared before; any doubt is on its record.
  if (restore.settled !== true) await settle(services, job, current);
  if (lacksProtection(table, restore.description)) {
    await updateTable(services, { TableName: restore.target, DeletionProtectionEnabled: true });
    return wait;
  }
  await markFinished(services.dynamodb, table);
  await services.catalog.restores.end(restore, 'RESTORED', { targetFate: { kind: 'complete' } });
  return { job, status: 'done', waitSeconds: 0 };
}

/** From here on an abort ends the job as RESTORED too: it could not delete a finished or protected table. */
async function settle(services: Services, job: RestoreJob, current: CurrentRestore): Promise<void> {
  const { restore } = current;
  const doubts = await findDoubts(services, job, current);
  const { description } = await describeTable(services.dynamodb, restore.target);
  const differences = findDifferences(restore.description, description);
  if (differences.length > 0)
    services.log.error('the restored table is not as promised', { restore: restore.id, differences });
  await services.catalog.restores.note(restore, {
    settled: true,
    ...(doubts.length > 0 && { reason: doubts.join('; ') }),
    ...(differences.length > 0 && { differences: shortenReasons(differences) }),
  });
}

/**
 * Lists the doubts about the snapshot and the table. The snapshot: every byte that was read matched its checksum, but its
 * number and digest of items were added up from the stream's claims, so a difference does not mean that items are wrong. The
 * table: if it does not have the restored items, somebody else wrote to it or deleted from it.
 */
async function findDoubts(services: Services, job: RestoreJob, current: CurrentRestore): Promise<string[]> {
  const { restore, plan } = current;
  const { log } = services;
  const restored = await sumRanges(services, job, plan);
  const manifest = await readSourceManifest(services, current);
  const doubts: string[] = [];
  if (!isEqual(restored, manifest)) {
    log.error('restore digest differs', { restore: job.id, snapshot: manifest.id });
    doubts.push('the number or digest of the restored items differs from the manifest; the table was kept');
  }
  const found = restore.verifyTarget === true ? await sumTarget(services, job, current) : undefined;
  if (found !== undefined && !isEqual(found, restored)) {
    log.error('restored table holds other items', { restore: job.id, table: restore.target });
    doubts.push(describeDifference(restore.target, found.items, restored.items));
  }
  return doubts;
}

function isEqual(one: TargetSum, other: TargetSum): boolean {
  return one.items === other.items && one.digest === other.digest;
}

function describeDifference(target: string, found: number, restored: number): string {
  const counts =
    found === restored ? `${found} items, not all as restored` : `${found} items in place of ${restored}`;
  return (
    `table ${target} holds ${counts}: something else wrote to it or deleted from it during the restore; ` +
    'the table was kept. Restore again, and let nothing else use the new table until it is ACTIVE'
  );
}

/**
 * Begins to change the first setting that differs, other than deletion protection. Returns true if there was one.
 */
async function applySetting(
  services: Services,
  name: string,
  table: SdkTableDescription,
  wanted: TableDescription,
): Promise<boolean> {
  const update =
    planBillingUpdate(table, wanted) ?? planStreamUpdate(table, wanted) ?? planClassUpdate(table, wanted);
  if (update !== undefined) {
    await updateTable(services, { TableName: name, ...update });
    return true;
  }
  return enableTimeToLive(services, name, wanted);
}

/** Starts enabling time to live if the target needs it. Returns false if there is nothing to do. */
async function enableTimeToLive(
  services: Services,
  name: string,
  { timeToLive }: TableDescription,
): Promise<boolean> {
  if (!isOn(timeToLive)) return false;
  if (isOn((await describeTable(services.dynamodb, name)).description.timeToLive)) return false;
  await updateTimeToLive(services, {
    TableName: name,
    TimeToLiveSpecification: { Enabled: true, AttributeName: timeToLive?.AttributeName },
  });
  return true;
}

function isOn(timeToLive: TimeToLiveDescription | undefined): boolean {
  return timeToLive?.TimeToLiveStatus === 'ENABLED' || timeToLive?.TimeToLiveStatus === 'ENABLING';
}

type TableUpdate = Omit<UpdateTableCommandInput, 'TableName'>;

function planBillingUpdate(table: SdkTableDescription, wanted: TableDescription): TableUpdate | undefined {
  if (wanted.billingMode !== 'PROVISIONED') {
    const present = maximaOf(table.OnDemandThroughput);
    const maxima = wanted.onDemandThroughput;
    const same =
      present?.MaxReadRequestUnits === maxima?.MaxReadRequestUnits &&
      present?.MaxWriteRequestUnits === maxima?.MaxWriteRequestUnits;
    return maxima === undefined || same ? undefined : { OnDemandThroughput: maxima };
  }
  if (table.BillingModeSummary?.BillingMode !== 'PAY_PER_REQUEST') return undefined;
  const indexes = wanted.globalSecondaryIndexes.map(({ IndexName, ProvisionedThroughput }) => ({
    Update: { IndexName, ProvisionedThroughput },
  }));
  return {
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: wanted.provisionedThroughput,
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexUpdates: indexes,
    }),
  };
}

function planStreamUpdate(table: SdkTableDescription, wanted: TableDescription): TableUpdate | undefined {
  const enabled = wanted.stream?.StreamEnabled === true;
  return enabled && table.StreamSpecification?.StreamEnabled !== true
    ? { StreamSpecification: wanted.stream }
    : undefined;
}

/** An import makes only tables of the standard class. */
function planClassUpdate(
  table: SdkTableDescription,
  { tableClass }: TableDescription,
): TableUpdate | undefined {
  const present = table.TableClassSummary?.TableClass ?? 'STANDARD';
  return tableClass === undefined || tableClass === present ? undefined : { TableClass: tableClass };
}
