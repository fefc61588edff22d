import { type ErrorCode, TidemarkError } from '../../runtime/errors.ts';
import { isThrottled } from '../../runtime/throttling.ts';
import { RdsError } from './rds-error.ts';

export function backupNotFoundError(): RdsError {
  return new RdsError(404, 'InvalidBackupId.NotFound', 'The specified backup set does not exist.');
}

const wrongState = 'Current DB instance state does not support this operation.';

/**
 * The form of the errors of operations on the wire. The text, if there is one, is the service's and replaces the error's
 * message; if it ends in a space, the message follows, because it says what to do.
 */
const renderings: Readonly<
  Partial<Record<ErrorCode, readonly [status: number, code: string, text?: string]>>
> = {
  Validation: [400, 'InvalidParameter'],
  AccessDenied: [403, 'Forbidden.RAM'],
  TableNotFound: [404, 'InvalidDBInstanceId.NotFound', 'The specified DB instance does not exist. '],
  GroupNotFound: [404, 'InvalidDBInstanceId.NotFound', 'The specified DB instance does not exist.'],
  TableInUse: [403, 'IncorrectDBInstanceState', `${wrongState} `],
  ContinuousBackupsUnavailable: [403, 'IncorrectDBInstanceState', `${wrongState} `],
  SetInUse: [400, 'BackupJobExists', 'A backup job already exists in the specified DB instance.'],
  TooManySets: [400, 'BackupTimesExceeded', 'Exceeding the daily backup times of this DB instance.'],
  SetNotFound: [404, 'InvalidBackupId.NotFound', 'The specified backup set does not exist.'],
  BackupInUse: [403, 'IncorrectBackupSetState'],
  LimitExceeded: [400, 'Throttling.User'],
};

/** Renders an error. An error that the caller cannot correct becomes an `InternalError`, whose detail is only in the log. */
export function toRdsError(error: unknown): RdsError {
  if (error instanceof RdsError) return error;
  if (isThrottled(error)) {
    return new RdsError(400, 'Throttling', 'Request was denied due to request throttling.');
  }
  const rendering = error instanceof TidemarkError ? renderings[error.code] : undefined;
  if (!(error instanceof TidemarkError) || rendering === undefined) {
    const message = 'The request processing has failed due to some unknown error.';
    return new RdsError(500, 'InternalError', message);
  }
  const [status, code, text = ' '] = rendering;
  return new RdsError(status, code, text.endsWith(' ') ? `${text}${error.message}`.trim() : text);
}
