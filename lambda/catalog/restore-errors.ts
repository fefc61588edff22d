import type { RestoreRecord } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { maxRunningRestores } from './restore-writes.ts';

/** Creates the error for a restore over the account's limit, in DynamoDB's words. */
export function tooManyRestoresError(): TidemarkError {
  return new TidemarkError(
    'LimitExceeded',
    `Subscriber limit exceeded: Only ${maxRunningRestores} restore operations can be done simultaneously`,
  );
}

/** Creates the error for a table that a running restore makes. `running`: that restore, if it was found. */
export function targetInUseError(target: string, running: RestoreRecord | undefined): TidemarkError {
  // The backup of a restore to a point in time is internal: callers cannot use it.
  const from = running?.pointInTime ? '' : ` from backup: ${running?.backupArn ?? 'another'}`;
  return new TidemarkError('TableInUse', `Table: ${target} is already being restored${from}`);
}
