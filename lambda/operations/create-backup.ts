import { createBackupJob } from '../jobs/job.ts';
import { hash } from 'node:crypto';
import { type TableReference, checkArn } from '../model/backup-arn.ts';
import type { BackupRecord, BackupSource, Kind } from '../model/records.ts';
import { createNative } from './request-native.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { describeTable } from '../tables/table.ts';
import { checkSource } from './check-source.ts';
import type { RequestServices } from '../services/operation-services.ts';

export interface CreateBackupInput extends TableReference {
  readonly name: string;
  /** Without it: incremental when a parent serves, else full. */
  readonly kind?: Kind;
  /** Without it: the stream when a parent serves, else what does (backup/choose-source.ts). */
  readonly source?: BackupSource;
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
 * Throws `TableNotFound`, `AccessDenied`, `TableInUse`, `ContinuousBackupsUnavailable`, `LimitExceeded`, `Validation`. What
 * DynamoDB refuses of a backup of its own is thrown when the record is there, and is then its reason; a repeat of the request
 * asks for another one.
 */
export async function createBackup(
  services: RequestServices,
  input: CreateBackupInput,
): Promise<BackupRecord> {
  const { table: name, tableArn, ...request } = input;
  if (input.source === 'scan' && input.kind !== undefined && input.kind !== 'full') {
    throw new TidemarkError('Validation', `A scan makes a full backup, not one of kind ${input.kind}`);
  }
  if (input.source === 'native') {
    services.native.check();
    if (input.kind !== undefined)
      throw new TidemarkError('Validation', "A backup of DynamoDB's own has no kind: it is the whole table");
  }
  const [table, record, admitted] = await Promise.all([
    describeTable(services.dynamodb, name),
    services.catalog.turns.getTable(name),
    input.internal === true || services.catalog.counters.admit('CreateBackup', createsPerSecond),
  ]);
  checkArn(tableArn, table.identity.arn);
  if (!admitted) {
    throw new TidemarkError(
      'LimitExceeded',
      `At most ${createsPerSecond} backups can be requested in a second.`,
    );
  }
  if (table.status === 'DELETING') throw new TidemarkError('TableInUse', `Table is being deleted: ${name}`);
  if (input.source !== 'native') await checkSource(services, table, record?.head, input.source);

  const wanted = {
    ...request,
    ...(input.requestKey !== undefined && { requestKey: boundKey(input.requestKey, input) }),
    table: table.identity,
    description: table.description,
  };
  if (input.source === 'native') return createNative(services, wanted);
  // The execution waits for its record; one whose record was refused ends.
  const { backup } = await services.catalog.backups.create(wanted, (made) => start(services, made));
  return backup;
}

/** A client that sends one key with different requests means different backups. */
function boundKey(
  requestKey: string,
  { table, name, kind, source, comment, requestedBy }: CreateBackupInput,
): string {
  return hash('sha256', JSON.stringify([requestKey, table, name, kind, source, comment, requestedBy]));
}

/** A start that fails leaves a cataloged backup without an execution: the reconciler finds and starts it. */
async function start(services: RequestServices, backup: BackupRecord): Promise<void> {
  const { id, table } = backup;
  try {
    await services.executions.start(createBackupJob(table.name, id));
  } catch (error) {
    services.log.error('backup not started, left to the reconciler', { backup: id, error: String(error) });
  }
}
