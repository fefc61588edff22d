import { DescribeStreamCommand, type DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { expect, it } from 'vitest';
import { ShardList } from '../../lambda/tables/shard-list.ts';
import { SimulatedTable } from '../support/sources/simulated-stream.ts';

it('a list of shards asks DynamoDB once, and again only on request', async () => {
  const table = new SimulatedTable({ emptyPages: 0, recordsPerPage: 10, seed: 1 });
  let calls = 0;
  const counted: Pick<DynamoDBStreamsClient, 'send'> = {
    send: (command: object) => {
      if (command instanceof DescribeStreamCommand) calls++;
      return table.client.send(command as DescribeStreamCommand);
    },
  };
  const shards = new ShardList(counted as DynamoDBStreamsClient, String(table.stream?.arn));
  await shards.checkClock({ now: () => table.now });
  const described = await shards.describe();
  expect(await shards.describe()).toBe(described);
  expect(calls).toBe(1);
  table.split(0, 1);
  expect((await shards.refresh()).shards.length).toBeGreaterThan(described.shards.length);
  expect(calls).toBe(2);
});
