import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';
import { byExports, useExports } from '../../support/use-exports.ts';
import { expectNothingHeld } from '../../support/fixture.ts';
import { createBackupJob } from '../../../lambda/jobs/job.ts';
import { shiftClock } from '../../support/simulated-clock.ts';

const world = useExports();
const { start, backUp, change, readContent, expectContent, passSeconds } = world;

/** How many times a call is refused: more often than the machine retries a failed step. */
const often = 6;

const serviceError = (name: string) =>
  new DynamoDBServiceException({ name, message: 'refused', $fault: 'client', $metadata: {} });

/** Refuses the first calls of a command, and counts all of them. */
function refuseFirst(command: string, name: string, times = often): { calls: number } {
  const seen = { calls: 0 };
  world.harness.services.dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        if (commandName === `${command}Command` && seen.calls++ < times) throw serviceError(name);
        return next(call);
      },
    { step: 'initialize', priority: 'high' },
  );
  return seen;
}

describe('a backup by export at a limit of the account', () => {
  it.each([
    ['ExportTableToPointInTime', 'LimitExceededException'],
    ['ExportTableToPointInTime', 'ThrottlingException'],
    ['DescribeExport', 'ThrottlingException'],
    ['DescribeExport', 'LimitExceededException'],
  ])('waits if %s fails with %s', async (command, name) => {
    await start();
    const seen = refuseFirst(command, name);
    await expectContent(await backUp('export'), await readContent());
    expect(seen.calls).toBeGreaterThan(often);
  });

  it('waits if DescribeContinuousBackups is throttled', async () => {
    await start();
    const { exports } = world;
    const { describe: describeRecovery } = exports.recovery;
    let calls = 0;
    vi.spyOn(exports.recovery, 'describe').mockImplementation(async (name) => {
      // DynamoDB refuses most calls, then answers two in a row: the description, and the call that starts the export.
      if (calls++ % (often + 2) < often) throw serviceError('ThrottlingException');
      return describeRecovery(name);
    });
    await expectContent(await backUp('export'), await readContent());
    expect(calls).toBeGreaterThan(often);
  });
});

/** Refuses the calls of a command after the twelfth within two seconds, as DynamoDB does, and counts the accepted ones. */
function throttleBursts(command: string): { passed: number } {
  const { clock } = world.database;
  const seen = { passed: 0 };
  let burst = { since: clock.now(), calls: 0 };
  world.harness.services.dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        if (commandName !== `${command}Command`) return next(call);
        if (clock.now() - burst.since >= 2000) burst = { since: clock.now(), calls: 0 };
        if (++burst.calls > 12) throw serviceError('ThrottlingException');
        seen.passed++;
        return next(call);
      },
    { step: 'initialize', priority: 'high' },
  );
  return seen;
}

it('a backup of forty exports ends although DynamoDB throttles both calls, of which it sends at most two for each export', async () => {
  const windowMs = 1000;
  await start({ ...byExports, exportWindow: { minMs: windowMs, maxMs: windowMs } });
  await backUp();
  await change();
  world.database.clock.advance(40 * windowMs);
  const started = throttleBursts('ExportTableToPointInTime');
  const described = throttleBursts('DescribeExport');
  const backup = await backUp('export');
  await expectContent(backup, await readContent());
  expect(started.passed).toBeGreaterThanOrEqual(40);
  expect(described.passed).toBeLessThanOrEqual(2 * started.passed);
});

/** Makes a backup whose execution starts long after its request. */
async function backUpLate(): Promise<BackupRecord> {
  const { exports, harness, table } = world;
  const quiet = harness.restart({ config: harness.services.config, exports });
  quiet.executions.stop();
  const { id } = await quiet.operations.createBackup({ table, name: 'backup' });
  const late = harness.restart({
    config: harness.services.config,
    exports,
    clock: shiftClock(harness.services.clock, 10 * 60_000),
  });
  await late.executions.start(createBackupJob(table, id));
  await late.executions.idle();
  return harness.operations.describeBackup({ table, id });
}

const cannotYet = () => new TidemarkError('ContinuousBackupsUnavailable', 'retry later');

describe('a backup by export of a table without usable recovery', () => {
  it('is refused at its request if recovery is off', async () => {
    await start();
    const { exports } = world;
    exports.enabled = false;
    await expect(backUp()).rejects.toMatchObject({
      code: 'ContinuousBackupsUnavailable',
      message: expect.stringContaining('point-in-time recovery'),
    });
    exports.enabled = true;
    expect(await backUp()).toMatchObject({ status: 'AVAILABLE' });
  });

  it('is made if the configuration enables recovery for the request', async () => {
    await start({ ...byExports, missingRecovery: 'enable' });
    const { exports } = world;
    exports.enabled = false;
    const backup = await backUp();
    await expectContent(backup, await readContent());
    expect(exports.enabled).toBe(true);
  });

  it('waits until DynamoDB can enable recovery, because the table is new or being updated', async () => {
    await start({ ...byExports, missingRecovery: 'enable' });
    const { exports } = world;
    exports.enabled = false;
    const update = vi.spyOn(exports.recovery, 'update');
    for (let n = 0; n < often; n++) update.mockRejectedValueOnce(cannotYet());
    await expectContent(await backUp(), await readContent());
    expect(update).toHaveBeenCalledTimes(often + 1);
  });

  it('waits until DynamoDB reports the earliest time that can be restored', async () => {
    await start();
    const { exports } = world;
    const described = vi.spyOn(exports.recovery, 'describe');
    for (let n = 0; n < often; n++) described.mockResolvedValueOnce({ enabled: true });
    await expectContent(await backUp(), await readContent());
  });

  it('fails with the reason some minutes after the request', async () => {
    await start({ ...byExports, missingRecovery: 'enable' });
    const { exports } = world;
    exports.enabled = false;
    vi.spyOn(exports.recovery, 'update').mockRejectedValue(cannotYet());
    const refused = await backUpLate();
    expect(refused).toMatchObject({
      status: 'FAILED',
      reason: expect.stringMatching(/ContinuousBackupsUnavailable: retry later/),
    });
    vi.spyOn(exports.recovery, 'describe').mockResolvedValue({ enabled: true });
    const withoutTime = await backUpLate();
    expect(withoutTime).toMatchObject({
      status: 'FAILED',
      reason: expect.stringMatching(/ContinuousBackupsUnavailable: .* no time can be restored yet/),
    });
    vi.restoreAllMocks();
    exports.enabled = false;
    vi.spyOn(exports.recovery, 'update').mockImplementation(() => exports.recovery.describe(world.table));
    const offAgain = await backUpLate();
    expect(offAgain).toMatchObject({
      status: 'FAILED',
      reason: expect.stringMatching(/ContinuousBackupsUnavailable: .*point-in-time recovery is off/),
    });
    await expectNothingHeld(world.harness, world.table);
  });

  it('fails with the reason that DynamoDB gives for an export, and says what to do', async () => {
    await start(byExports, { exportBucket: 'no-such-bucket' });
    const backup = await backUp();
    expect(backup.status).toBe('FAILED');
    expect(backup.reason).toMatch(/ExportFailed: .*S3NoSuchBucket.*bucket/);
    await expectNothingHeld(world.harness, world.table);
  });

  it('fails if recovery is disabled before the export starts', async () => {
    await start();
    const { exports, harness, table } = world;
    const { id } = await harness.operations.createBackup({ table, name: 'backup' });
    exports.enabled = false;
    await harness.executions.idle();
    const backup = await harness.operations.describeBackup({ table, id });
    expect(backup).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining('ContinuousBackupsUnavailable'),
    });
    await expectNothingHeld(harness, table);
  });

  it('is a new base if recovery was off at some time since the parent', async () => {
    await start();
    const { exports } = world;
    await backUp();
    passSeconds();
    exports.since = world.database.clock.now() - 500;
    passSeconds();
    await change();
    const content = await readContent();
    const backup = await backUp('export');
    expect(backup).toMatchObject({ kind: 'full', why: expect.arrayContaining(['a new base']) });
    expect(backup.why?.join()).toContain('the changes since the parent are no longer kept');
    await expectContent(backup, content);
  });
});
