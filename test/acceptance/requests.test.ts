import { beforeAll, describe, expect, test } from 'vitest';
import { ServiceError } from './client.ts';
import { createJavascriptClient } from './clients/javascript.ts';
import { endpointUnderTest } from './endpoint.ts';
import { type Item, Workplace } from './tables.ts';

const endpoint = await endpointUnderTest();
/** The client sends each call once, over a connection of its own, so that calls do not wait for each other. */
const client = createJavascriptClient(endpoint, {
  maxAttempts: 1,
  requestHandler: { httpAgent: { maxSockets: 100 }, httpsAgent: { maxSockets: 100 } },
});
const work = new Workplace(client, endpoint);

describe('60 CreateBackup within a second, over 60 tables', () => {
  let tables: string[] = [];
  beforeAll(async () => {
    tables = await Promise.all(Array.from({ length: 60 }, (_, i) => work.createTable(`of-60-${i}`)));
  });

  test('exactly 50 of 60 are accepted', async () => {
    let outcome = await burst(tables);
    // On a busy machine, calls may reach their handler more than a second after the first call. The limit does not apply to
    // such a burst, so the test tries again.
    for (let tries = 1; tries < 5 && outcome.tookMs > 1000 && outcome.arns.length !== 50; tries++) {
      outcome = await burst(tables);
    }
    expect(new Set(outcome.arns).size).toBe(50);
    expect(outcome.errors).toEqual(Array.from({ length: 10 }, () => 'LimitExceededException'));
  });
});

/** Sends one CreateBackup for each table, all at once, and waits for the backups. */
async function burst(tables: readonly string[]) {
  // Opens the connections before the burst begins.
  await Promise.all(tables.map((table) => client.call('ListBackups', { TableName: table })));
  const begun = Date.now();
  const outcomes = await Promise.allSettled(
    tables.map((TableName) => client.call('CreateBackup', { TableName, BackupName: 'of-60' })),
  );
  const tookMs = Date.now() - begun;
  const arns: string[] = [];
  const errors: string[] = [];
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') arns.push(String(outcome.value.BackupDetails?.BackupArn));
    else if (outcome.reason instanceof ServiceError) errors.push(outcome.reason.exception);
    else throw outcome.reason;
  }
  for (const arn of arns) await work.waitUntilAvailable(arn);
  return { tookMs, arns, errors };
}

test('24 rapid CreateBackup of one table all succeed, each with the content at its marker', async () => {
  const table = await work.createTable('rapid');
  const written = Array.from({ length: 24 }, (_, n): Item => ({ id: { S: `item-${n + 10}` } }));
  const arns: string[] = [];
  for (const item of written) {
    await work.putItems(table, [item]);
    const { BackupDetails } = await client.call('CreateBackup', { TableName: table, BackupName: 'rapid' });
    arns.push(String(BackupDetails?.BackupArn));
  }
  expect(new Set(arns).size).toBe(24);
  const markers: number[] = [];
  for (const arn of arns) markers.push(Number((await work.waitUntilAvailable(arn)).BackupCreationDateTime));

  for (const n of [0, 11, 23]) {
    const target = work.uniqueName(`restored-${n}`);
    await client.call('RestoreTableFromBackup', { BackupArn: arns[n], TargetTableName: target });
    await work.waitUntilActive(target);
    const items = await work.readItems(target);
    // The backup holds every write before its request, and of the later writes only those of the next second. Write k was sent
    // after marker k - 1 was returned.
    expect(items.length).toBeGreaterThan(n);
    expect(items).toEqual(written.slice(0, items.length));
    expect(markers[items.length - 2] ?? 0).toBeLessThanOrEqual((markers[n] ?? 0) + 1000);
  }
});
