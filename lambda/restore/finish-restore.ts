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
import { type CurrentRestore, readCurrentRestore, readSourceManifest } from './current-restore.ts';
import { markFinished } from './restore-tag.ts';
import { describeTarget, lacksProtection } from './target-table.ts';
import { maximaOf } from './target-throughput.ts';

const waitSeconds = 5;

/**
 * Gives the table its remaining settings one after another, compares what was restored with the snapshot and the
 * table's settings with the promised ones, marks the table as finished and ends the job.
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
  if (await applySetting(services, restore.target, table, restore.description)) return wait;
  // A settled restore was compared before; a doubt is on its record.
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
  const doubt = await findDoubt(services, job, current);
  const { description } = await describeTable(services.dynamodb, restore.target);
  const differences = findDifferences(restore.description, description);
  if (differences.length > 0)
    services.log.error('the restored table is not as promised', { restore: restore.id, differences });
  await services.catalog.restores.note(restore, {
    settled: true,
    ...(doubt !== undefined && { reason: doubt }),
    ...(differences.length > 0 && { differences: shortenReasons(differences) }),
  });
}

/**
 * Returns why the snapshot is in doubt, or undefined. Every byte that was read matched its checksum. The snapshot's
 * number and digest of items are carried forward from the stream's claims, so a difference says nothing against the
 * items.
 */
async function findDoubt(
  services: Services,
  job: RestoreJob,
  current: CurrentRestore,
): Promise<string | undefined> {
  const { items, digest } = await sumRanges(services, job, current.plan);
  const manifest = await readSourceManifest(services, current);
  if (items === manifest.items && digest === manifest.digest) return undefined;
  const doubt =
    'the number or digest of the restored items is not what the snapshot claims; the table was kept';
  services.log.error('restore digest differs', { restore: job.id, snapshot: manifest.id });
  return doubt;
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
