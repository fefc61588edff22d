import { isServiceError } from './errors.ts';

/** Temporary reasons for a cancelled transaction: the same transaction may succeed later. */
const temporary = new Set([
  'None',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'TransactionConflict',
]);

/** True if an AWS service throttled the call. The error for the caller should ask for a retry. */
export function isThrottled(error: unknown): boolean {
  return (
    isServiceError(
      error,
      'ThrottlingException',
      'ProvisionedThroughputExceededException',
      'RequestLimitExceeded',
      // Lambda's name for it, when one function calls another.
      'TooManyRequestsException',
      'TransactionInProgressException',
    ) || isTransactionThrottled(error)
  );
}

/** Error codes of Node for a connection that failed, and names of the SDK for a call without an answer. */
const outages = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
]);

/**
 * True if the service or the way to it failed, not the request. The call may have taken effect, and may succeed later.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { name, code, $fault, $metadata } = error as Error & {
    code?: unknown;
    $fault?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  const isFault = $fault === 'server' || ($metadata?.httpStatusCode ?? 0) >= 500;
  return isFault || outages.has(name) || outages.has(String(code));
}

function isTransactionThrottled(error: unknown): boolean {
  const codes = readCancellationCodes(error);
  return codes.length > 0 && codes.every((code) => temporary.has(code));
}

/**
 * Reads why a transaction was cancelled: a code for each write, `None` for a write that was not the reason. Empty for other
 * errors.
 */
export function readCancellationCodes(error: unknown): string[] {
  if (!isServiceError(error, 'TransactionCanceledException')) return [];
  const { CancellationReasons: reasons = [] } = error as Error & {
    CancellationReasons?: { Code?: string }[];
  };
  return reasons.map(({ Code = 'None' }) => Code);
}

/**
 * True if a limit of the account refused the call: its rate, or the number of things that may run at once (LimitExceeded,
 * translated or not). The same call may succeed later, unless the limit is a lasting one.
 */
export function isBusy(error: unknown): boolean {
  return isThrottled(error) || isLimit(error);
}

/** Returns what `isBusy` does, for a call that has been refused for `ageMs`. After three days a limit counts as lasting. */
export function isStillBusy(error: unknown, ageMs: number): boolean {
  return isThrottled(error) || (isLimit(error) && ageMs < maxLimitMs);
}

const maxLimitMs = 3 * 24 * 60 * 60 * 1000;

function isLimit(error: unknown): boolean {
  return isServiceError(error, 'LimitExceeded', 'LimitExceededException');
}

/**
 * True for a quota that only the account's owner can change: of tables ("There is a limit of 256 tables per subscriber",
 * DynamoDB's reference) or of throughput. DynamoDB has one error name for these quotas and for temporary limits, so the
 * message decides.
 */
export function isQuota(error: unknown): boolean {
  return isLimit(error) && /tables per|throughput|capacity/i.test((error as Error).message);
}
