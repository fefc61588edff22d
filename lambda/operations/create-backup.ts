import { hash } from 'node:crypto';
import { createBackupJob } from '../jobs/job.ts';
import { toSinkMember } from '../model/data-sinks.ts';
import { identifyCaller } from '../model/callers.ts';
import type { TableReference } from '../model/backup-arn.ts';
import type { BackupRecord, BackupSource, BaseSource, Kind } from '../model/records.ts';
import { createNativeBackup } from './request-native-backup.ts';
import { isError, TidemarkError } from '../runtime/errors.ts';
import { checkKind, prepareBackup } from './prepare-backup.ts';
import type { RequestServices } from '../services/operation-services.ts';

export interface CreateBackupInput extends TableReference {
  readonly name: string;
  /** By default incremental if there is a usable parent, else full. */
  readonly kind?: Kind;
  /** By default chosen by the execution (backup/choose-source.ts). */
  readonly source?: BackupSource;
  /** How to read the table if there is no snapshot to continue. By default as configured. */
  readonly base?: BaseSource;
  /**
   * True: Tidemark reads back every object that it wrote before the backup is AVAILABLE. It cannot read DynamoDB's own
   * backups.
   */
  readonly checksum?: true;
  /** The data sink to store it in. @default the default one */
  readonly sink?: string;
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
  /** True if a schedule requests the backup: the rate limit and the limits of callers do not apply. */
  readonly scheduled?: true;
  /** True for the last backup of a table that is being deleted: the request does not count against the rate limit. */
  readonly type?: 'SYSTEM';
  /** Epoch ms before the request: the backup gets the content of that time. Needs a snapshot of that time or before. */
  readonly asOf?: number;
}

/** DynamoDB's own limit: "You can call CreateBackup at a maximum rate of 50 times per second." */
const maxCreatesPerSecond = 50;

/**
 * Catalogs a backup and starts its execution; the backup is CREATING. Takes three rounds of calls: the table's
 * description and the caller's share, then the table's restore and the rate limit, then the record and the execution.
 *
 * Throws `TableNotFound`, `AccessDenied`, `TableInUse`, `ContinuousBackupsUnavailable`, `LimitExceeded`, `Validation`,
 * `SinkNotFound`, `SinkUnreachable`. A repeat of an accepted request gets its backup even if the data sink is gone by then.
 * If DynamoDB refuses to make a backup of its own, throws DynamoDB's error; it is also the reason on the record, and a
 * repeat of the request asks DynamoDB again.
 */
export async function createBackup(
  services: RequestServices,
  input: CreateBackupInput,
): Promise<BackupRecord> {
  const { requestKey: _requestKey, ...request } = input;
  checkKind(services, request);
  const requestKey = input.requestKey === undefined ? undefined : bindKey(input.requestKey, input);
  // Before anything is written: counting a request against the rate limit is a write too.
  const refusal = await findSinkFault(services, request.sink);
  if (refusal !== undefined) {
    const first = await services.catalog.backups.findRequested(requestKey);
    if (first !== undefined) return first;
    throw refusal;
  }
  const [prepared, admitted] = await Promise.all([
    prepareBackup(services, request),
    request.internal === true ||
      request.type === 'SYSTEM' ||
      request.scheduled === true ||
      admitRequest(services, request.requestedBy),
  ]);
  if (!admitted) throw tooManyRequestsError();
  const wanted = {
    ...prepared,
    ...(requestKey !== undefined && { requestKey }),
  };
  if (input.source === 'native') return createNativeBackup(services, wanted);
  // The execution waits for its record, and ends if the record could not be written.
  const { backup } = await services.catalog.backups.create(wanted, (made) => startBackup(services, made));
  return backup;
}

/** Returns the reason why a backup cannot be stored in a data sink: `SinkNotFound` or `SinkUnreachable`. */
export async function findSinkFault(
  { sinks }: Pick<RequestServices, 'sinks'>,
  sink: string | undefined,
): Promise<TidemarkError | undefined> {
  try {
    await sinks.check(sink);
    return undefined;
  } catch (error) {
    if (isError(error, 'SinkNotFound', 'SinkUnreachable')) return error;
    throw error;
  }
}

/** One caller may request at most this many of them, so that some are left for the others. */
const maxOfCallerPerSecond = 40;

/**
 * Counts one request against the rate limits, that of its caller first: what a caller requests beyond its own limit uses up
 * nothing of the others'. Returns false if the request is over a limit.
 */
export async function admitRequest(
  { catalog: { counters } }: Pick<RequestServices, 'catalog'>,
  requestedBy: string | undefined,
): Promise<boolean> {
  const caller = identifyCaller(requestedBy);
  const isWithinShare =
    caller === undefined ||
    (await counters.admit(`CreateBackup by ${hash('sha256', caller)}`, maxOfCallerPerSecond));
  return isWithinShare && counters.admit('CreateBackup', maxCreatesPerSecond);
}

export function tooManyRequestsError(): TidemarkError {
  return new TidemarkError(
    'LimitExceeded',
    `At most ${maxCreatesPerSecond} backups can be requested per second, ${maxOfCallerPerSecond} of them by one caller.`,
  );
}

/**
 * Combines a key with its request, because a client that sends the same key with different requests wants different
 * backups.
 */
function bindKey(
  requestKey: string,
  { table, name, kind, source, base, checksum, comment, requestedBy, sink }: CreateBackupInput,
): string {
  // A request without a sink means the default one.
  const place = toSinkMember(sink).sink;
  return hash(
    'sha256',
    JSON.stringify([requestKey, table, name, kind, source, base, checksum, comment, requestedBy, place]),
  );
}

/** Starts the execution. If that fails, the reconciler finds the record without an execution and starts one. */
export async function startBackup(services: RequestServices, backup: BackupRecord): Promise<void> {
  const { id, table, sink } = backup;
  try {
    await services.executions.start(createBackupJob(table.name, id, id, sink));
  } catch (error) {
    services.log.error('backup not started: the reconciler will start it', {
      backup: id,
      error: String(error),
    });
  }
}
