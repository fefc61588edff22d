import { Readable } from 'node:stream';
import { CreateTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand } from '@aws-sdk/client-dynamodb-streams';
import { describe, expect, it } from 'vitest';
import { findAnswerTime } from '../../lambda/item/answer-time.ts';
import { createDynamodbClient, createStreamsClient } from '../../lambda/item/clients.ts';
import { checkClock, measureLead } from '../../lambda/tables/clock-skew.ts';
import { ShardList } from '../../lambda/tables/shard-list.ts';
import { answerAt, connection } from '../support/answer-at.ts';

const second = 1_700_000_000_000;
const describeCall = new DescribeTableCommand({ TableName: 'orders' });

describe('the service’s time in an answer', () => {
  it('is the answer’s Date header, for an output and for an error, of DynamoDB and of its streams', async () => {
    const dynamodb = createDynamodbClient({ ...connection, requestHandler: answerAt(second, { Table: {} }) });
    expect(findAnswerTime(await dynamodb.send(describeCall))).toBe(second);
    const refused = { __type: 'com.amazonaws.dynamodb.v20120810#ResourceInUseException', message: 'in use' };
    const refusing = createDynamodbClient({ ...connection, requestHandler: answerAt(second, refused, 400) });
    const error: unknown = await refusing
      .send(new CreateTableCommand({ TableName: 'orders', KeySchema: [], AttributeDefinitions: [] }))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ResourceInUseException' });
    expect(findAnswerTime(error as Error)).toBe(second);
    const described = { StreamDescription: { Shards: [] } };
    const streams = createStreamsClient({ ...connection, requestHandler: answerAt(second, described) });
    const answer = await streams.send(new DescribeStreamCommand({ StreamArn: 'a'.repeat(40) }));
    expect(findAnswerTime(answer)).toBe(second);
  });

  it('is unknown if the answer has no date, or an invalid one', async () => {
    for (const date of ['', 'yesterday']) {
      const requestHandler = {
        handle: async () => ({
          response: { statusCode: 200, headers: { date }, body: Readable.from(['{}']) },
        }),
      };
      const client = createDynamodbClient({ ...connection, requestHandler });
      expect(findAnswerTime(await client.send(describeCall))).toBeUndefined();
    }
  });
});

describe('the time by which our clock is ahead', () => {
  const ask = () =>
    createDynamodbClient({ ...connection, requestHandler: answerAt(second, {}) }).send(describeCall);

  it.each([
    [second - 60_000, 0],
    [second + 1000, 0],
    [second + 1001, 1],
    [second + 8000, 7000],
  ])('is, at %i ms, %i ms, because the answer’s second may just have ended', async (time, lead) => {
    expect(measureLead(time, await ask())).toBe(lead);
  });

  it('may be 5 seconds, and a larger one throws an error with a remedy', async () => {
    const answer = await ask();
    expect(() => checkClock('a step', second + 6000, answer)).not.toThrow();
    expect(() => checkClock('a step', second + 6001, {})).not.toThrow();
    expect(() => checkClock('a step', second + 6001, answer)).toThrow(
      expect.objectContaining({
        code: 'ClockSkewTooLarge',
        message:
          "the clock of a step is 6 seconds ahead of DynamoDB's, and 5 are allowed. Set the clock of the machine " +
          'right, then request this again',
      }),
    );
  });

  it('is compared with the answer of the stream that a step is about to read', async () => {
    const described = { StreamDescription: { Shards: [] } };
    const streams = createStreamsClient({ ...connection, requestHandler: answerAt(second, described) });
    const check = (now: number) => new ShardList(streams, 'a'.repeat(40)).checkClock({ now: () => now });
    await check(second + 6000);
    await expect(check(second + 6001)).rejects.toMatchObject({ code: 'ClockSkewTooLarge' });
  });
});
