import { expect, it } from 'vitest';
import { createBackupJob } from '../../lambda/jobs/job.ts';
import { openBackupStaging } from '../../lambda/jobs/staging.ts';
import { createStreamsClient } from '../../lambda/item/clients.ts';
import { createBackupId } from '../../lambda/model/ids.ts';
import { randomIds } from '../../lambda/runtime/ids.ts';
import { defaultConfig } from '../../lambda/services/config.ts';
import type { CollectWork } from '../../lambda/sources/source.ts';
import { stageStream, type StreamReading } from '../../lambda/sources/stage-stream.ts';
import { findLanesAround } from '../../lambda/sources/stream-cut.ts';
import { SimulatedTable } from '../support/sources/simulated-stream.ts';
import { createMemoryStore } from '../support/snapshot/support.ts';
import { answerAt, connection } from '../support/answer-at.ts';
import { testSecret } from '../support/secret.ts';

const settleMs = 3000;

/** A scan of a new table that ends at the table's time, ten seconds after the marker. */
function endScan(table: SimulatedTable, streams = table.client) {
  const marker = table.now;
  table.now += 10_000;
  const scanEnd = table.now;
  const store = createMemoryStore();
  const id = createBackupId(marker, '00000000');
  const services = {
    clock: {
      now: () => table.now,
      async sleep(ms: number) {
        table.now += ms;
      },
    },
    config: { ...defaultConfig, settleMs },
    ids: randomIds,
    store,
    secret: testSecret,
    streams,
  };
  const work: CollectWork = {
    plan: {
      id,
      marker,
      table: { name: table.name, arn: 'arn', tableId: 'an-id' },
      parent: undefined,
      startedAt: marker,
    },
    staging: openBackupStaging({ store, secret: testSecret }, createBackupJob(table.name, id)),
    part: 0,
  };
  const stream = String(table.stream?.arn);
  const reading: StreamReading = {
    stream,
    findLanes: () => findLanesAround(streams, stream, Math.floor(marker / 1000) - 60),
    isChange: () => true,
    correctUntil: scanEnd,
    since: marker,
  };
  return () => stageStream(services, work, reading);
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

it('a stream that corrects a scan is read past the scan’s end, as its records may have later times by another clock', async () => {
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
