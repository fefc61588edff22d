import { describe, expect, test } from 'vitest';
import { apiOperations } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { functionOf } from '../../lambda/dialects/dynamodb/paths.ts';
import type { ApiEvent } from '../../lambda/handlers/compose/api-handler.ts';
import { createDispatcher } from '../../lambda/handlers/compose/dispatcher.ts';
import { simulateLambda } from '../support/simulated-lambda.ts';

const env = Object.fromEntries(
  Object.values(functionOf).map((verb) => [`TIDEMARK_API_${verb.toUpperCase()}_FUNCTION_ARN`, `the-${verb}`]),
);

function event(target: string, httpMethod = 'POST'): ApiEvent {
  return {
    httpMethod,
    path: '/',
    resource: '/',
    headers: { 'X-Amz-Target': target, 'Amz-Sdk-Invocation-Id': 'c0ffee' },
    body: '{"TableName":"Music"}',
    requestContext: { identity: { userArn: 'arn:aws:iam::123456789012:user/ada' } },
  };
}

const answer = { statusCode: 200, headers: { 'x-amz-crc32': '1' }, body: '{"é":1}' };

describe('the dispatching function of /', () => {
  test.each(apiOperations.map(({ name, verbs }) => [name, functionOf[verbs[0]]] as const))(
    'passes %s with its caller to the function of %s, and returns its answer',
    async (name, verb) => {
      const { config, invocations } = await simulateLambda({ payload: answer });
      const sent = event(`DynamoDB_20120810.${name}`);
      expect(await createDispatcher(env, config)(sent)).toEqual(answer);
      expect(invocations).toEqual([{ functionName: `the-${verb}`, payload: sent }]);
    },
  );

  test.each([
    ['DynamoDB_20120810.PutItem', 'POST'],
    ['DynamoDB_20120810.constructor', 'POST'],
    ['', 'GET'],
  ])(
    'passes a request that names no operation to the function that only reads: %s %s',
    async (target, method) => {
      const { config, invocations } = await simulateLambda({ payload: answer });
      await createDispatcher(env, config)(event(target, method));
      expect(invocations.map(({ functionName }) => functionName)).toEqual(['the-read']);
    },
  );

  test('fails if the verb’s function fails, without showing the reason to the caller', async () => {
    const { config } = await simulateLambda({ error: 'Unhandled' });
    const call = createDispatcher(env, config)(event('DynamoDB_20120810.DeleteBackup'));
    await expect(call).rejects.toThrow('the function of the verb delete failed: Unhandled');
  });
});
