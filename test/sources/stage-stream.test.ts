import type { DescribeStreamCommand, DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { expect, it } from 'vitest';
import { createStreamsClient } from '../../lambda/item/clients.ts';
import { stageStream, type StreamReading } from '../../lambda/sources/stage-stream.ts';
import { findLanesAround } from '../../lambda/sources/stream-cut.ts';
import { answerAt, connection } from '../support/answer-at.ts';
import { SimulatedTable } from '../support/sources/simulated-stream.ts';
import { prepareStreamWork, settleMs } from '../support/sources/stream-work.ts';

/** A scan of a new table that ends at the table's time, ten seconds after the marker. */
function endScan(table: SimulatedTable, streams = table.client) {
  const { services: own, plan, staging, stream } = prepareStreamWork(table);
  const services = { ...own, streams };
  table.now += 10_000;
  const reading: StreamReading = {
    stream,
    findLanes: (shards) => findLanesAround(streams, shards, Math.floor(plan.marker / 1000) - 60),
    isChange: () => true,
    correctUntil: table.now,
    since: plan.marker,
  };
  return () => stageStream(services, { plan, staging, part: 0 }, reading);
}

it('a stream that corrects a scan is read only once the records of the scan’s last writes can be read', async () => {
  const table = new SimulatedTable({ emptyPages: 0, recordsPerPage: 10, seed: 1, lateMs: () => settleMs });
  const stage = endScan(table);
  table.write(1);
  expect(await stage()).toEqual({ status: 'wait', waitSeconds: settleMs / 1000 });
  table.now += settleMs;
  const staged = await stage();
  expect(staged).toMatchObject({ status: 'done', files: [{ records: 1 }] });
});

it('a stream that corrects a scan is read past the scan’s end, because its records have times of another clock', async () => {
  const table = new SimulatedTable({ emptyPages: 0, recordsPerPage: 10, seed: 1 });
  const stage = endScan(table);
  const aheadMs = 2000;
  table.write(1, true, -aheadMs);
  table.now += settleMs;
  expect(await stage()).toMatchObject({ status: 'done', files: [{ records: 1 }] });
});

it('stageStream refuses a clock that is more than 5 seconds ahead of DynamoDB’s', async () => {
  const table = new SimulatedTable({ emptyPages: 0, recordsPerPage: 10, seed: 1 });
  const dynamodbTime = Math.floor(table.now / 1000) * 1000;
  const stream = { StreamDescription: { Shards: [], StreamStatus: 'ENABLED' } };
  const streams = createStreamsClient({ ...connection, requestHandler: answerAt(dynamodbTime, stream) });
  // The scan ends ten seconds later by the step's clock, while DynamoDB's clock stands still.
  const stage = endScan(table, streams);
  table.now += settleMs;
  await expect(stage()).rejects.toMatchObject({ code: 'ClockSkewTooLarge' });
});

it('a reading that DynamoDB throttles waits and continues, and does not fail its backup', async () => {
  const table = new SimulatedTable({ emptyPages: 0, recordsPerPage: 10, seed: 1 });
  table.write(1);
  let refusals = 3;
  const throttled: Pick<DynamoDBStreamsClient, 'send'> = {
    send: (command: object) => {
      if (refusals-- > 0) throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
      return table.client.send(command as DescribeStreamCommand);
    },
  };
  const stage = endScan(table, throttled as DynamoDBStreamsClient);
  table.now += settleMs;
  for (const _ of [1, 2, 3])
    expect(await stage()).toEqual({ status: 'wait', waitSeconds: expect.toSatisfy((n) => n >= 5 && n < 10) });
  expect(await stage()).toMatchObject({ status: 'done' });
});

it('a reading that is throttled for longer than a stream keeps its records fails its backup', async () => {
  const table = new SimulatedTable({ emptyPages: 0, recordsPerPage: 10, seed: 1 });
  const throttled: Pick<DynamoDBStreamsClient, 'send'> = {
    send: () => {
      throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    },
  };
  const stage = endScan(table, throttled as DynamoDBStreamsClient);
  table.now += 24 * 60 * 60 * 1000;
  await expect(stage()).rejects.toThrow('Rate exceeded');
});
