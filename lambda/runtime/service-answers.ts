import { TidemarkError } from './errors.ts';

/** The members that the SDK adds to an error about an answer. */
interface AnswerError extends Error {
  readonly $fault?: 'client' | 'server';
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: unknown;
}

/** The facts about a call that the SDK passes to a middleware. */
interface CallContext {
  readonly clientName?: string;
  readonly commandName?: string;
}

/** Where a client has the middleware below: outside all others, so after the SDK's own retries. */
export const outermost = {
  step: 'initialize',
  priority: 'high',
  name: 'nameUnreadableAnswers',
  override: true,
} as const;

/**
 * Middleware for a client of any service. It gives errors about answers that are none of the service a name of their own.
 * A proxy or a full service may answer in HTML or not at all. The SDK then throws what its parser throws, with a piece of
 * the answer, which may be content of an item. The status of the answer stays with the error, for retries.
 */
export function nameUnreadableAnswers<A, R>(
  next: (call: A) => Promise<R>,
  { clientName, commandName }: CallContext,
): (call: A) => Promise<R> {
  return async (call) => {
    try {
      return await next(call);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      const { $metadata, $fault } = error;
      const status = $metadata?.httpStatusCode ?? 'unknown';
      const named = new TidemarkError(
        'ServiceAnswerInvalid',
        `${clientName} answered ${commandName} with HTTP status ${status}, but not in the form of the service`,
      );
      throw Object.assign(named, { $metadata, ...($fault && { $fault }) });
    }
  };
}

/** True for an error of the SDK's parser, and for the error that it makes if an error answer has no body. */
function isUnreadable(error: unknown): error is AnswerError {
  if (!(error instanceof Error) || !('$response' in error)) return false;
  return !('$fault' in error) || error.name === 'Unknown';
}
