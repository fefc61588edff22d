import { isServiceError } from '../runtime/errors.ts';

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
  if (!isServiceError(error, 'TransactionCanceledException')) return false;
  const { CancellationReasons: reasons = [] } = error as Error & {
    CancellationReasons?: readonly { readonly Code?: string }[];
  };
  return reasons.length > 0 && reasons.every(({ Code = 'None' }) => passing.has(Code));
}
