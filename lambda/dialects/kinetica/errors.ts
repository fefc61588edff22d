import { callerErrorCodes, type ErrorCode, TidemarkError } from '../../runtime/errors.ts';
import { isThrottled } from '../../runtime/throttling.ts';
import { KineticaError } from './kinetica-error.ts';

/** The codes of errors that the caller can correct. `IdInvalid` is one, because every id comes from the caller. */
const callers: ReadonlySet<ErrorCode> = new Set<ErrorCode>([...callerErrorCodes, 'IdInvalid']);

/**
 * Renders an error: 400 if the caller can correct it, because only with this status every client shows the message. The
 * detail of any other error is only in the log.
 */
export function toKineticaError(error: unknown): { readonly status: number; readonly message: string } {
  if (error instanceof KineticaError) return error;
  // Clients repeat a request at once after a 503.
  if (isThrottled(error)) return { status: 429, message: 'Too many requests: try again later' };
  if (error instanceof TidemarkError && callers.has(error.code)) {
    return { status: 400, message: error.message };
  }
  return { status: 500, message: 'Internal error: the log of the server has its reason' };
}
