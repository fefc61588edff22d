import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';
import { byExports, exporting, secondsPass } from '../../support/exporting.ts';
import { expectNothingHeld } from '../../support/fixture.ts';
import { createBackupJob } from '../../../lambda/jobs/job.ts';

const world = exporting();
const { started, backUp, change, contentNow, expectContent } = world;

/** More often than a step is tried again when it fails. */
const often = 6;

const serviceError = (name: string) =>
  new DynamoDBServiceException({ name, message: 'told', $fault: 'client', $metadata: {} });

/** Has the calls of a command, each of which is counted, refused first. */
function refused(command: string, name: string, times = often): { calls: number } {
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

describe('what DynamoDB has no room for just now is waited for', () => {
  it.each([
    ['ExportTableToPointInTime', 'LimitExceededException'],
    ['ExportTableToPointInTime', 'ThrottlingException'],
    ['DescribeExport', 'ThrottlingException'],
    ['DescribeExport', 'LimitExceededException'],
  ])('%s refused by %s', async (command, name) => {
    await started();
    const seen = refused(command, name);
    await expectContent(await backUp('export'), await contentNow());
    expect(seen.calls).toBeGreaterThan(often);
  });

  it('the times of point-in-time recovery, asked for too often in the account', async () => {
    await started();
    const { exports } = world;
    const { describe: told } = exports.recovery;
    let calls = 0;
    vi.spyOn(exports.recovery, 'describe').mockImplementation(async (name) => {
      // Most of the time, but two calls in a row are answered: what asks, and what starts the export.
      if (calls++ % (often + 2) < often) throw serviceError('ThrottlingException');
      return told(name);
    });
    await expectContent(await backUp('export'), await contentNow());
    expect(calls).toBeGreaterThan(often);
  });
});

/** A backup whose execution begins when its request is long ago. */
async function backUpLate(): Promise<BackupRecord> {
  const { exports, harness, table } = world;
  const quiet = harness.restarted({ config: harness.services.config, exports });
  quiet.executions.stop();
  const { id } = await quiet.operations.createBackup({ table, name: 'backup' });
  const late = harness.restarted({
    config: harness.services.config,
    exports,
    clock: { ...harness.services.clock, now: () => Date.now() + 10 * 60_000 },
  });
  await late.executions.start(createBackupJob(table, id));
  await late.executions.idle();
  return harness.operations.describeBackup({ table, id });
}

const cannotYet = () => new TidemarkError('ContinuousBackupsUnavailable', 'retry later');

describe('a backup that cannot be made by an export says why', () => {
  it('at the request, if there is no point-in-time recovery', async () => {
    await started();
    const { exports } = world;
    exports.enabled = false;
    await expect(backUp()).rejects.toMatchObject({
      code: 'ContinuousBackupsUnavailable',
      message: expect.stringContaining('point-in-time recovery'),
    });
    exports.enabled = true;
    expect(await backUp()).toMatchObject({ status: 'AVAILABLE' });
  });

  it('unless recovery is to be switched on: then it begins with the request', async () => {
    await started({ ...byExports, missingRecovery: 'enable' });
    const { exports } = world;
    exports.enabled = false;
    const backup = await backUp();
    await expectContent(backup, await contentNow());
    expect(exports.enabled).toBe(true);
  });

  it('and though DynamoDB cannot yet: the table is new, or being changed', async () => {
    await started({ ...byExports, missingRecovery: 'enable' });
    const { exports } = world;
    exports.enabled = false;
    const update = vi.spyOn(exports.recovery, 'update');
    for (let n = 0; n < often; n++) update.mockRejectedValueOnce(cannotYet());
    await expectContent(await backUp(), await contentNow());
    expect(update).toHaveBeenCalledTimes(often + 1);
  });

  it('and though DynamoDB does not tell yet from when on it can be restored', async () => {
    await started();
    const { exports } = world;
    const described = vi.spyOn(exports.recovery, 'describe');
    for (let n = 0; n < often; n++) described.mockResolvedValueOnce({ enabled: true });
    await expectContent(await backUp(), await contentNow());
  });

  it('but not for ever', async () => {
    await started({ ...byExports, missingRecovery: 'enable' });
    const { exports } = world;
    exports.enabled = false;
    vi.spyOn(exports.recovery, 'update').mockRejectedValue(cannotYet());
    const refusedFor = await backUpLate();
    expect(refusedFor).toMatchObject({
      status: 'FAILED',
      reason: expect.stringMatching(/ContinuousBackupsUnavailable: retry later/),
    });
    vi.spyOn(exports.recovery, 'describe').mockResolvedValue({ enabled: true });
    const untold = await backUpLate();
    expect(untold).toMatchObject({
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

  it('by the reason that DynamoDB gives, and what to do', async () => {
    await started(byExports, { exportBucket: 'no-such-bucket' });
    const backup = await backUp();
    expect(backup.status).toBe('FAILED');
    expect(backup.reason).toMatch(/ExportFailed: .*S3NoSuchBucket.*bucket/);
    await expectNothingHeld(world.harness, world.table);
  });

  it('if recovery is switched off before the export begins', async () => {
    await started();
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

  it('if recovery was off in between: a new base, not the changes since', async () => {
    await started();
    const { exports } = world;
    await backUp();
    await secondsPass();
    exports.since = Date.now() - 500;
    await secondsPass();
    await change();
    const content = await contentNow();
    const backup = await backUp('export');
    expect(backup).toMatchObject({ kind: 'full', why: expect.arrayContaining(['a new base']) });
    expect(backup.why?.join()).toContain('the changes since the parent are no longer kept');
    await expectContent(backup, content);
  });
});
