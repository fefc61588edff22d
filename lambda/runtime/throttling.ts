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
 * as it is translated or not). The same call serves later, unless the limit is one that lasts.
 */
export function isBusy(error: unknown): boolean {
  return isThrottled(error) || isLimit(error);
}

/** The same, of a limit that was met for `ageMs`: after days of that it is taken to last, and its refusal is the reason. */
export function isStillBusy(error: unknown, ageMs: number): boolean {
  return isThrottled(error) || (isLimit(error) && ageMs < longestLimitMs);
}

const longestLimitMs = 3 * 24 * 60 * 60 * 1000;

function isLimit(error: unknown): boolean {
  return isServiceError(error, 'LimitExceeded', 'LimitExceededException');
}

/**
 * True for a quota that only the account's owner can change: of tables ("There is a limit of 256 tables per subscriber",
 * DynamoDB's reference) or of throughput. DynamoDB has one name for it and for what passes; only the words tell.
 */
export function isQuota(error: unknown): boolean {
  return isLimit(error) && /tables per|throughput|capacity/i.test((error as Error).message);
}
