import { createBackupJob } from '../jobs/job.ts';
import { hash } from 'node:crypto';
import type { TableReference } from '../model/backup-arn.ts';
import type { BackupRecord, BackupSource, Kind } from '../model/records.ts';
import { createNativeBackup } from './request-native-backup.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { compareClocks } from './compare-clocks.ts';
import { checkSource } from './check-source.ts';
import { describeCompleteTable } from './table-state.ts';
import type { RequestServices } from '../services/operation-services.ts';

export interface CreateBackupInput extends TableReference {
  readonly name: string;
  /** By default incremental if there is a usable parent, else full. */
  readonly kind?: Kind;
  /** By default chosen by the execution (backup/choose-source.ts). */
  readonly source?: BackupSource;
  /** A note that the record keeps. */
  readonly comment?: string;
  /** The caller's ARN, or the schedule's name. */
  readonly requestedBy?: string;
  /** Requests with the same key are one request: repeats return the first one's backup. */
  readonly requestKey?: string;
  /** Epoch ms after which the backup is deleted. */
  readonly expiresAt?: number;
  /** For Tidemark's own use: the backup is not listed, and the request does not count against the rate limit. */
  readonly internal?: boolean;
  /** Epoch ms before the request: the backup gets the content of that time. Needs a snapshot of that time or before. */
  readonly asOf?: number;
}

/** DynamoDB's own limit: "You can call CreateBackup at a maximum rate of 50 times per second." */
const maxCreatesPerSecond = 50;

/**
 * Catalogs a backup and starts its execution; the backup is CREATING. Takes two rounds of calls: the table's description
 * and the rate limit, then the record and the start of the execution.
 *
 * Throws `TableNotFound`, `AccessDenied`, `TableInUse`, `ContinuousBackupsUnavailable`, `LimitExceeded`, `Validation`. If
 * DynamoDB refuses to make a backup of its own, throws DynamoDB's error; it is also the reason on the record, and a repeat
 * of the request asks DynamoDB again.
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
      throw new TidemarkError(
        'Validation',
        "DynamoDB's own backups have no kind: each is of the whole table",
      );
  }
  const requestedAt = services.clock.now();
  const [table, record, admitted] = await Promise.all([
    describeCompleteTable(services, { table: name, ...(tableArn !== undefined && { tableArn }) }),
    services.catalog.turns.getTable(name),
    input.internal === true || services.catalog.counters.admit('CreateBackup', maxCreatesPerSecond),
  ]);
  if (!admitted) {
    throw new TidemarkError(
      'LimitExceeded',
      `At most ${maxCreatesPerSecond} backups can be requested per second.`,
    );
  }
  if (input.source !== 'native') await checkSource(services, table, record?.head, input.source);

  const wanted = {
    ...request,
    ...(input.requestKey !== undefined && { requestKey: bindKey(input.requestKey, input) }),
    table: table.identity,
    description: table.description,
    ...compareClocks(services, requestedAt, table.describedAt),
    ...(table.streamArn !== undefined && { streamArn: table.streamArn }),
  };
  if (input.source === 'native') return createNativeBackup(services, wanted);
  // The execution waits for its record, and ends if the record could not be written.
  const { backup } = await services.catalog.backups.create(wanted, (made) => start(services, made));
  return backup;
}

/**
 * Combines a key with its request, because a client that sends the same key with different requests wants different
 * backups.
 */
function bindKey(
  requestKey: string,
  { table, name, kind, source, comment, requestedBy }: CreateBackupInput,
): string {
  return hash('sha256', JSON.stringify([requestKey, table, name, kind, source, comment, requestedBy]));
}

/** Starts the execution. If that fails, the reconciler finds the record without an execution and starts one. */
async function start(services: RequestServices, backup: BackupRecord): Promise<void> {
  const { id, table } = backup;
  try {
    await services.executions.start(createBackupJob(table.name, id));
  } catch (error) {
    services.log.error('backup not started: the reconciler will start it', {
      backup: id,
      error: String(error),
    });
  }
}
