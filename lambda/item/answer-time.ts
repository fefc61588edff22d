const times = new WeakMap<object, number>();

interface Answered {
  readonly headers?: Readonly<Record<string, string>>;
}

/** Places the middleware below before the one that turns responses into outputs and errors. */
export const outsideDeserializer = {
  step: 'deserialize',
  priority: 'high',
  name: 'rememberAnswerTimes',
} as const;

/**
 * Middleware for a client of any service. It remembers the time at which the service gave each answer, including each
 * error: the SDK's outputs do not have it.
 */
export function rememberAnswerTimes<A, R extends { readonly output?: object; readonly response?: unknown }>(
  next: (call: A) => Promise<R>,
): (call: A) => Promise<R> {
  return async (call) => {
    try {
      const result = await next(call);
      remember(result.output, result.response);
      return result;
    } catch (error) {
      if (error instanceof Error && '$response' in error) remember(error, error.$response);
      throw error;
    }
  };
}

function remember(answer: object | undefined, response: unknown): void {
  const time = Date.parse((response as Answered | undefined)?.headers?.['date'] ?? '');
  if (answer !== undefined && !Number.isNaN(time)) times.set(answer, time);
}

/** Finds the time of an answer (epoch ms, a whole second); undefined if the answer has none, or is not from such a client. */
export function findAnswerTime(answer: object): number | undefined {
  return times.get(answer);
}
