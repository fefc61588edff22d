import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

const times = new WeakMap<object, number>();

/** Has a client remember the time at which DynamoDB gave each answer: the SDK's outputs do not have it. */
export function rememberAnswerTimes({ middlewareStack }: DynamoDBClient): void {
  middlewareStack.add(
    (next) => async (call) => {
      const result = await next(call);
      const response = result.response as { readonly headers?: Readonly<Record<string, string>> } | undefined;
      const time = Date.parse(response?.headers?.['date'] ?? '');
      if (result.output !== undefined && !Number.isNaN(time)) times.set(result.output, time);
      return result;
    },
    { step: 'deserialize', priority: 'high', name: 'rememberAnswerTimes' },
  );
}

/** Finds the time of an answer (epoch ms, a whole second): undefined if it does not say, or is not from such a client. */
export function findAnswerTime(answer: object): number | undefined {
  return times.get(answer);
}
