import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { reasonOf } from '../../lambda/runtime/errors.ts';
import { isOutage } from '../../lambda/runtime/throttling.ts';
import { startAnsweringServer } from '../support/answering-server.ts';

/** Calls a service that gives this answer. Returns the error. */
async function callWith(status: number, body: string): Promise<unknown> {
  const { dynamodb } = await startAnsweringServer(() => ({ status, body }));
  return dynamodb.send(new ListTablesCommand({})).then(
    () => undefined,
    (error: unknown) => error,
  );
}

it.each([
  [413, '<html>a page of a proxy</html>', false],
  [413, '', false],
  [502, '<html>a page of a proxy</html>', true],
  [503, '', true],
  [200, '{"TableNames": ["cut off', false],
])(
  'an answer that does not come from the service becomes a specific error without its content: %d %s',
  async (status, body, passes) => {
    const error = await callWith(status, body);
    expect(reasonOf(error)).toBe(
      `ServiceAnswerInvalid: DynamoDBClient answered ListTablesCommand with HTTP status ${status}, ` +
        'but not in the form of the service',
    );
    expect(isOutage(error)).toBe(passes);
  },
);

it('an error of the service keeps its name and text', async () => {
  const error = await callWith(400, '{"__type":"x#ValidationException","message":"not so"}');
  expect(reasonOf(error)).toBe('ValidationException: not so');
});
