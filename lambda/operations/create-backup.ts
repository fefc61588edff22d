import { hash } from 'node:crypto';
import type { BackupRecord, Kind, Source } from '../catalog/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { describeTable, streamUnavailable } from '../sources/table.ts';
import type { RequestServices } from './operations.ts';

export interface CreateBackupInput {
  /** The table's name. */
  readonly table: string;
  readonly name: string;
  /** Without it: incremental when a parent serves, else full. */
  readonly kind?: Kind;
  /** Without it: the stream when a parent serves, else a scan. */
  readonly source?: Source;
  /** Kept with the backup. */
  readonly comment?: string;
  /** The caller's ARN, or the schedule's name. */
  readonly requestedBy?: string;
  /** Requests with one key are one request: the second gets the first one's backup. */
  readonly requestKey?: string;
  /** Epoch ms after which the backup is deleted. */
  readonly expiresAt?: number;
  /** For Tidemark's own use: not listed, and no call of the caller's to be counted. */
  readonly internal?: boolean;
  /** Epoch ms of a time before the request whose content is meant; a snapshot of that time or before must be there. */
  readonly asOf?: number;
}

/** DynamoDB's own limit: "You can call CreateBackup at a maximum rate of 50 times per second." */
const createsPerSecond = 50;

/**
 * Catalogs the request and starts its execution; the backup is CREATING. Two rounds: what the table is and whether
 * the rate allows, then the record and the start.
 *
 * Throws `TableNotFound`, `TableInUse`, `ContinuousBackupsUnavailable`, `LimitExceeded`.
 */
export async function createBackup(
  services: RequestServices,
  input: CreateBackupInput,
): Promise<BackupRecord> {
  const { table: name, ...request } = input;
  if (input.source === 'scan' && input.kind !== undefined && input.kind !== 'full') {
    throw new TidemarkError('Validation', `A scan makes a full backup, not one of kind ${input.kind}`);
  }
  const [table, admitted] = await Promise.all([
    describeTable(services.dynamodb, name),
    input.internal === true || services.catalog.counters.admit('CreateBackup', createsPerSecond),
  ]);
  if (!admitted) {
    throw new TidemarkError(
      'LimitExceeded',
      `At most ${createsPerSecond} backups can be requested in a second.`,
    );
  }
  if (table.status === 'DELETING') throw new TidemarkError('TableInUse', `Table is being deleted: ${name}`);
  const enablable =
    services.config.missingStream === 'enable' && table.description.stream?.StreamEnabled !== true;
  if (table.streamArn === undefined && !enablable) throw streamUnavailable(name);

  const { backup, isNew } = await services.catalog.backups.create({
    ...request,
    ...(input.requestKey !== undefined && { requestKey: boundKey(input.requestKey, input) }),
    table: table.identity,
    description: table.description,
  });
  if (isNew) await start(services, backup);
  return backup;
}

/** A client that sends one key with different requests means different backups. */
function boundKey(requestKey: string, { table, name, kind, source, comment, requestedBy }: CreateBackupInput): string {
  return hash('sha256', JSON.stringify([requestKey, table, name, kind, source, comment, requestedBy]));
}

/** A start that fails leaves a cataloged backup without an execution: the reconciler finds and starts it. */
async function start(services: RequestServices, backup: BackupRecord): Promise<void> {
  const { id, table } = backup;
  try {
    await services.executions.start('backup', { table: table.name, id, execution: id, round: 0 });
  } catch (error) {
    services.log.error('backup not started, left to the reconciler', { backup: id, error: String(error) });
  }
}
