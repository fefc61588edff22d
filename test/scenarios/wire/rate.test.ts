import { Agent } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectError, headersOf, send } from '../../support/wire/http.ts';
import { useRuntime } from '../../support/wire/support.ts';

const wire = useRuntime();
/** Keeps connections open, so that a burst need not open any. */
const agent = new Agent({ keepAlive: true });
const tables: string[] = [];

beforeAll(async () => {
  for (let i = 0; i < 60; i++) tables.push(await wire.createTable(`rate-${i}`));
});
afterAll(() => agent.destroy());

const call = (operation: string, body: object) =>
  send(wire.url, { headers: headersOf(operation), body: JSON.stringify(body), agent });
const createBackup = (TableName: string) => call('CreateBackup', { TableName, BackupName: 'rate' });

/** Waits until no backup is being created and none was requested within the last second. */
async function settle(): Promise<void> {
  const { arns } = await wire.list();
  for (const arn of arns) await wire.waitUntilAvailable(arn);
  for (const BackupArn of arns) await wire.ok('DeleteBackup', { BackupArn });
  passSecond();
  await Promise.all(tables.map((TableName) => call('ListBackups', { TableName })));
}

function passSecond(): void {
  wire.clock.advance(1001);
}

/** Sends 60 calls at once, this long after a full second of the clock. Returns how many were accepted in what time. */
async function burst(offsetMs: number): Promise<{ accepted: number; tookMs: number }> {
  await settle();
  const { clock } = wire;
  clock.advanceTo(Math.ceil(clock.now() / 1000) * 1000 + offsetMs);
  const begun = clock.now();
  const answers = await Promise.all(tables.map(createBackup));
  const tookMs = clock.now() - begun;
  const rejected = answers.filter(({ status }) => status !== 200);
  for (const answer of rejected) expectError(answer, 'LimitExceededException');
  const accepted = answers.length - rejected.length;
  expect((await wire.list()).arns).toHaveLength(accepted);
  expect(accepted).toBeGreaterThanOrEqual(50);
  return { accepted, tookMs };
}

test.each([
  ['within a second of the clock', 100],
  ['across two of them', 700],
])(
  'exactly 50 of 60 CreateBackup within a second, %s, are accepted, and more in the next second',
  async (_, at) => {
    let round = await burst(at);
    // If the calls took longer than a second, more may be accepted: the machine was too slow for the test.
    for (let tries = 1; tries < 6 && round.accepted !== 50 && round.tookMs >= 1000; tries++)
      round = await burst(at);
    expect(round.accepted).toBe(50);
    passSecond();
    await wire.backUp(String(tables[0]));
  },
);

test('invalid CreateBackup do not count against the 50 per second', async () => {
  await settle();
  const invalid = Array.from({ length: 40 }, () =>
    call('CreateBackup', { TableName: tables[0], BackupName: '!' }),
  );
  for (const answer of await Promise.all(invalid)) expectError(answer, 'ValidationException');
  const answers = await Promise.all(tables.slice(0, 20).map(createBackup));
  expect(answers.map(({ status }) => status)).toEqual(Array.from(answers, () => 200));
});
