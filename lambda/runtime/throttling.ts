import { isServiceError } from './errors.ts';

/** Reasons of a cancelled transaction that are gone when it is tried later. */
const passing = new Set(['None', 'ThrottlingError', 'ProvisionedThroughputExceeded', 'TransactionConflict']);

/** True if an AWS service refused a call for its rate: the request may be tried again, and that is to be told. */
export function isThrottled(error: unknown): boolean {
  return (
    isServiceError(
      error,
      'ThrottlingException',
      'ProvisionedThroughputExceededException',
      'RequestLimitExceeded',
      // Lambda's word for it, where a function calls another.
      'TooManyRequestsException',
      'TransactionInProgressException',
    ) || isTransactionThrottled(error)
  );
}

function isTransactionThrottled(error: unknown): boolean {
  const codes = cancellationCodes(error);
  return codes.length > 0 && codes.every((code) => passing.has(code));
}

/** Why a transaction was cancelled, write for write: `None` for one that was not the reason. Empty for other errors. */
export function cancellationCodes(error: unknown): string[] {
  if (!isServiceError(error, 'TransactionCanceledException')) return [];
  const { CancellationReasons: reasons = [] } = error as Error & {
    CancellationReasons?: { Code?: string }[];
  };
  return reasons.map(({ Code = 'None' }) => Code);
}

/**
 * True if the account has no room for a call just now: its rate, or the number of what may run at once (LimitExceeded,
 * as it is translated or not). That passes, and the same call serves later.
 */
export function isBusy(error: unknown): boolean {
  return isThrottled(error) || isServiceError(error, 'LimitExceeded', 'LimitExceededException');
}
