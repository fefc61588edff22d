import { Agent } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectError, headersOf, send } from '../../support/wire/http.ts';
import { embeddedWire, eventually } from '../../support/wire/support.ts';

const wire = embeddedWire();
/** Its connections are there when a burst begins. */
const agent = new Agent({ keepAlive: true });
const tables: string[] = [];

beforeAll(async () => {
  for (let i = 0; i < 60; i++) tables.push(await wire.table(`rate-${i}`));
});
afterAll(() => agent.destroy());

const call = (operation: string, body: object) =>
  send(wire.url, { headers: headersOf(operation), body: JSON.stringify(body), agent });
const createBackup = (TableName: string) => call('CreateBackup', { TableName, BackupName: 'rate' });

/** No backup is being made, and none was asked for within the last second. */
async function quiet(): Promise<void> {
  const { arns } = await wire.list();
  for (const arn of arns) await wire.available(arn);
  for (const BackupArn of arns) await wire.ok('DeleteBackup', { BackupArn });
  await secondOver();
  await Promise.all(tables.map((TableName) => call('ListBackups', { TableName })));
}

function secondOver(): Promise<true> {
  const now = Date.now();
  return eventually(() => Date.now() > now + 1000);
}

/** 60 calls at once, from that many milliseconds into a second of the clock on; how many were taken in what time. */
async function burst(offsetMs: number): Promise<{ taken: number; tookMs: number }> {
  await quiet();
  await eventually(() => (Date.now() - offsetMs) % 1000 < 100);
  const begun = Date.now();
  const answers = await Promise.all(tables.map(createBackup));
  const tookMs = Date.now() - begun;
  const refused = answers.filter(({ status }) => status !== 200);
  for (const answer of refused) expectError(answer, 'LimitExceededException');
  const taken = answers.length - refused.length;
  expect((await wire.list()).arns).toHaveLength(taken);
  expect(taken).toBeGreaterThanOrEqual(50);
  return { taken, tookMs };
}

test.each([
  ['within a second of the clock', 100],
  ['over the turn of one', 700],
])('of 60 CreateBackup in a second, %s, exactly 50 are taken; the next second takes more', async (_, at) => {
  let round = await burst(at);
  // Of calls that took longer than a second more may be taken: the machine was too slow to tell.
  for (let tries = 1; tries < 6 && round.taken !== 50 && round.tookMs >= 1000; tries++)
    round = await burst(at);
  expect(round.taken).toBe(50);
  await secondOver();
  await wire.backup(String(tables[0]));
});

test('calls that are not valid take none of the 50', async () => {
  await quiet();
  const invalid = Array.from({ length: 40 }, () =>
    call('CreateBackup', { TableName: tables[0], BackupName: '!' }),
  );
  for (const answer of await Promise.all(invalid)) expectError(answer, 'ValidationException');
  const answers = await Promise.all(tables.slice(0, 20).map(createBackup));
  expect(answers.map(({ status }) => status)).toEqual(Array.from(answers, () => 200));
});
