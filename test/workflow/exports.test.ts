import {
  DynamoDBServiceException,
  type ExportSummary,
  ListExportsCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BackupRecord, Source } from '../../lambda/catalog/records.ts';
import type { Config } from '../../lambda/runtime/config.ts';
import { sweep } from '../../lambda/retention/sweep.ts';
import { TidemarkError } from '../../lambda/runtime/errors.ts';
import { describeTable } from '../../lambda/sources/table.ts';
import { findSource } from '../../lambda/workflow/find-source.ts';
import { reconcile } from '../../lambda/workflow/reconcile.ts';
import { keysIn } from '../retention/support.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { changeItems, expectNothingHeld, newTable, putItems, restore, shape } from '../support/fixture.ts';
import { type Harness, type HarnessOptions, startHarness } from '../support/harness.ts';
import { type SimulatedRecovery, simulatedRecovery } from '../support/recovery.ts';
import { contentOf, deleteItem, nthKey, putItem } from '../support/tables.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());

const byExports = { base: 'export' } as const;

let harness: Harness;
let table: string;
let exports: SimulatedRecovery;
const started = async (config: Partial<Config> = byExports, options: HarnessOptions = {}): Promise<void> => {
  exports = simulatedRecovery();
  harness = await startHarness(database, { config, exports, ...options });
};
beforeEach(async () => {
  table = await newTable(database);
  return () => harness.close();
});

async function backUp(source?: Source): Promise<BackupRecord> {
  const { id } = await harness.operations.createBackup({ table, name: 'backup', ...(source && { source }) });
  await harness.executions.idle();
  return harness.operations.describeBackup({ table, id });
}

async function exportsOf(): Promise<readonly ExportSummary[]> {
  const { identity } = await describeTable(database.dynamodb, table);
  const answer = await harness.services.dynamodb.send(new ListExportsCommand({ TableArn: identity.arn }));
  return answer.ExportSummaries ?? [];
}

/** A backup whose execution begins when its request is long ago. */
async function backUpLate(): Promise<BackupRecord> {
  const quiet = harness.restarted({ config: harness.services.config, exports });
  quiet.executions.stop();
  const { id } = await quiet.operations.createBackup({ table, name: 'backup' });
  const late = harness.restarted({
    config: harness.services.config,
    exports,
    clock: { ...harness.services.clock, now: () => Date.now() + 10 * 60_000 },
  });
  await late.executions.start('backup', { table, id, execution: id, round: 0 });
  await late.executions.idle();
  return harness.operations.describeBackup({ table, id });
}

const cannotYet = () => new TidemarkError('ContinuousBackupsUnavailable', 'retry later');

/** Until what was written before is restorable, and a window since an export at this time is long enough. */
async function secondsPass(): Promise<void> {
  const from = Date.now() + 2000;
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(from), { timeout: 10_000, interval: 50 });
}

/** More often than a step is tried again when it fails. */
const often = 6;

const serviceError = (name: string) =>
  new DynamoDBServiceException({ name, message: 'told', $fault: 'client', $metadata: {} });

/** Has the calls of a command, each of which is counted, refused first. */
function refused(command: string, name: string, times = often): { calls: number } {
  const seen = { calls: 0 };
  harness.services.dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        if (commandName === `${command}Command` && seen.calls++ < times) throw serviceError(name);
        return next(call);
      },
    { step: 'initialize', priority: 'high' },
  );
  return seen;
}

async function expectContent(backup: BackupRecord, content: ReadonlyMap<string, string>): Promise<void> {
  expect([backup.status, backup.reason]).toEqual(['AVAILABLE', undefined]);
  expect(await restore(database, harness, backup)).toEqual(content);
}

describe('a backup by exports', () => {
  it('has a full export for its base, then exports of what changed, and says why', async () => {
    await started();
    const first = await contentOf(database.dynamodb, table);
    const base = await backUp();
    expect(base).toMatchObject({
      source: 'export',
      kind: 'full',
      why: expect.arrayContaining(['a new base']),
    });
    await secondsPass();
    await changeItems(database, table);
    const second = await contentOf(database.dynamodb, table);
    const increment = await backUp('export');
    expect(increment).toMatchObject({ source: 'export', parent: base.id });
    await expectContent(base, first);
    await expectContent(increment, second);
    await expectNothingHeld(harness, table);
  });

  it('goes on from the export by the stream, though the stream tells again of what the export holds', async () => {
    await started();
    // The stream must be older than the time from which on it is replayed.
    await secondsPass();
    await changeItems(database, table);
    const base = await backUp();
    await changeItems(database, table);
    const content = await contentOf(database.dynamodb, table);
    const next = await backUp();
    expect(next).toMatchObject({ source: 'stream', parent: base.id });
    await expectContent(next, content);
    await putItems(database, table, 0, 2);
    const last = await backUp();
    expect(last).toMatchObject({ source: 'stream', parent: next.id });
    await expectContent(last, await contentOf(database.dynamodb, table));
  });

  it('goes on from an older one if the latest is too young', async () => {
    // Longer than two backups take on a busy machine.
    await started({ ...byExports, exportWindow: { shortestMs: 8000, longestMs: 60_000 } });
    const base = await backUp();
    for (let n = 0; n < 4; n++) await secondsPass();
    await changeItems(database, table);
    const one = await backUp('export');
    await putItems(database, table, 7, 9);
    const content = await contentOf(database.dynamodb, table);
    const two = await backUp('export');
    expect([one.parent, two.parent]).toEqual([base.id, base.id]);
    expect(two.why?.join()).toContain(`export: ${one.id}: the parent is less than 8 seconds older`);
    await expectContent(two, content);
  });

  it('in several windows when the parent is older than one', async () => {
    await started({ ...byExports, exportWindow: { shortestMs: 1000, longestMs: 2000 } });
    const base = await backUp();
    for (let n = 0; n < 3; n++) {
      await changeItems(database, table);
      await secondsPass();
    }
    const content = await contentOf(database.dynamodb, table);
    const next = await backUp('export');
    expect(next.parent).toBe(base.id);
    await expectContent(next, content);
    const windows = (await exportsOf()).filter(({ ExportType }) => ExportType === 'INCREMENTAL_EXPORT');
    // Six seconds have passed, in windows of two at most.
    expect(windows.length).toBeGreaterThanOrEqual(3);
  });

  it('of an empty table, and of one that did not change', async () => {
    table = await newTable(database, 0);
    await started();
    const base = await backUp();
    await secondsPass();
    await expectContent(base, new Map());
    await expectContent(await backUp('export'), new Map());
  });
});

/** The next whole second begins. */
async function secondBegins(): Promise<void> {
  const next = Math.floor(Date.now() / 1000) * 1000 + 1000;
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThanOrEqual(next), { timeout: 2000, interval: 10 });
}

describe('what an export and its neighbour might both tell of, or neither', () => {
  const passing = { value: { S: 'comes and goes' } };

  it('by the stream behind it: an export that holds what came after the next marker is put back to that', async () => {
    await started();
    // As where recovery is switched on for a request: the first time that can be exported is later than the request.
    await secondsPass();
    exports.since = Math.ceil(Date.now() / 1000) * 1000 + 3000;
    const content = await contentOf(database.dynamodb, table);
    const request = () => harness.operations.createBackup({ table, name: 'backup' });
    const [{ id: one }, { id: two }] = [await request(), await request()];
    await secondBegins();
    await putItem(database.dynamodb, table, { ...nthKey(shape, 200), ...passing });
    await putItems(database, table, 1, 2);
    await harness.executions.idle();
    const increment = await harness.operations.describeBackup({ table, id: two });
    expect(increment).toMatchObject({ source: 'stream', parent: one });
    await expectContent(increment, content);
    await deleteItem(database.dynamodb, table, nthKey(shape, 200));
    const last = await backUp();
    expect(last).toMatchObject({ source: 'stream', parent: two });
    await expectContent(last, await contentOf(database.dynamodb, table));
  });

  it('by the next export: what came in the second of the first one, and went', async () => {
    await started();
    const { id: one } = await harness.operations.createBackup({ table, name: 'backup', source: 'export' });
    await secondBegins();
    await putItem(database.dynamodb, table, { ...nthKey(shape, 200), ...passing });
    await harness.executions.idle();
    await secondsPass();
    await deleteItem(database.dynamodb, table, nthKey(shape, 200));
    const content = await contentOf(database.dynamodb, table);
    const next = await backUp('export');
    expect(next).toMatchObject({ source: 'export', parent: one });
    await expectContent(next, content);
  });
});

it('requests for the same time have one export between them', async () => {
  await started();
  await secondBegins();
  const request = () => harness.operations.createBackup({ table, name: 'backup', source: 'export' });
  const [{ id: one }, { id: two }] = [await request(), await request()];
  await harness.executions.idle();
  const second = await harness.operations.describeBackup({ table, id: two });
  expect(second).toMatchObject({ source: 'export', kind: 'incremental', parent: one });
  expect(second.figures).toMatchObject({ copiedBytes: 0 });
  await expectContent(second, await contentOf(database.dynamodb, table));
  await secondsPass();
  await changeItems(database, table);
  const content = await contentOf(database.dynamodb, table);
  const third = await backUp('export');
  expect(third).toMatchObject({ source: 'export', parent: two });
  await expectContent(third, content);
});

it('a parent that can be exported from no more when its turn comes is given up for a new base', async () => {
  await started();
  await backUp();
  await secondsPass();
  await changeItems(database, table);
  const content = await contentOf(database.dynamodb, table);
  const sliding = harness.restarted({
    config: byExports,
    around: async (handler, _input, run) => {
      // Between the choice and the export, what can be restored has moved on.
      if (handler === 'collect') exports.since = Math.max(exports.since, Date.now() - 1500);
      return run();
    },
  });
  const { id } = await sliding.operations.createBackup({ table, name: 'backup', source: 'export' });
  await sliding.executions.idle();
  const backup = await sliding.operations.describeBackup({ table, id });
  expect([backup.status, backup.reason, backup.kind, backup.parent]).toEqual([
    'AVAILABLE',
    undefined,
    'full',
    undefined,
  ]);
  await expectContent(backup, content);
});

describe('a table without a stream, where the configuration switches one on', () => {
  it('is left as it is by who asks for an export; the next backup that may use a stream gives it one', async () => {
    await started({ ...byExports, missingStream: 'enable' });
    harness.executions.stop();
    const StreamSpecification = { StreamEnabled: false };
    await database.dynamodb.send(new UpdateTableCommand({ TableName: table, StreamSpecification }));
    const begun = async (source?: Source) => {
      const asked = { table, name: 'backup', ...(source && { source }) };
      const backup = await harness.operations.createBackup(asked);
      const search = { backup, head: undefined, anew: false, pin: async () => true };
      const found = await findSource(harness.services, search);
      const { streamArn } = await describeTable(database.dynamodb, table);
      return { source: found?.source, hasStream: streamArn !== undefined };
    };
    expect(await begun('export')).toEqual({ source: 'export', hasStream: false });
    expect(await begun()).toEqual({ source: undefined, hasStream: true });
  });
});

describe('what DynamoDB has no room for just now is waited for', () => {
  it.each([
    ['ExportTableToPointInTime', 'LimitExceededException'],
    ['ExportTableToPointInTime', 'ThrottlingException'],
    ['DescribeExport', 'ThrottlingException'],
    ['DescribeExport', 'LimitExceededException'],
  ])('%s refused by %s', async (command, name) => {
    await started();
    const seen = refused(command, name);
    await expectContent(await backUp('export'), await contentOf(database.dynamodb, table));
    expect(seen.calls).toBeGreaterThan(often);
  });

  it('the times of point-in-time recovery, asked for too often in the account', async () => {
    await started();
    const { describe: told } = exports.recovery;
    let calls = 0;
    vi.spyOn(exports.recovery, 'describe').mockImplementation(async (name) => {
      // Most of the time, but two calls in a row are answered: what asks, and what starts the export.
      if (calls++ % (often + 2) < often) throw serviceError('ThrottlingException');
      return told(name);
    });
    await expectContent(await backUp('export'), await contentOf(database.dynamodb, table));
    expect(calls).toBeGreaterThan(often);
  });
});

describe('an export that an execution leaves behind', () => {
  /** How the backup stands when its execution died after `after` of its collect steps. */
  async function leftBehind(after: number): Promise<BackupRecord> {
    let steps = 0;
    const dying = harness.restarted({
      config: byExports,
      exports,
      around: async (handler, _input, run) => {
        const output = await run();
        const exporting = (await exportsOf()).length > 0;
        if (handler === 'collect' && exporting && ++steps === after) dying.executions.stop();
        return output;
      },
    });
    const { id } = await dying.operations.createBackup({ table, name: 'backup', source: 'export' });
    await dying.executions.idle();
    return harness.operations.describeBackup({ table, id });
  }

  it('is taken over by the next one, not made and billed again, and removed when the backup has ended', async () => {
    await started();
    const content = await contentOf(database.dynamodb, table);
    const { id } = await leftBehind(1);
    const staged = `staging/${id}/export`;
    await sweep(harness.services);
    expect(await keysIn(harness.store, staged)).not.toEqual([]);
    await reconcile(harness.services);
    await harness.executions.idle();
    const backup = await harness.operations.describeBackup({ table, id });
    await expectContent(backup, content);
    expect(backup).toMatchObject({ attempts: 2 });
    expect(await exportsOf()).toHaveLength(1);
    await sweep(harness.services);
    expect(await keysIn(harness.store, staged)).toEqual([]);
  });

  it('is taken over though the note of it was lost', async () => {
    await started();
    const content = await contentOf(database.dynamodb, table);
    const { id } = await leftBehind(1);
    for (const key of await keysIn(harness.store, `staging/${id}/export`)) {
      if (/export\/\d+\.json$/.test(key)) await harness.store.delete([key]);
    }
    await reconcile(harness.services);
    await harness.executions.idle();
    await expectContent(await harness.operations.describeBackup({ table, id }), content);
    expect(await exportsOf()).toHaveLength(1);
  });
});

describe('a backup that cannot be made by an export says why', () => {
  it('at the request, if there is no point-in-time recovery', async () => {
    await started();
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
    exports.enabled = false;
    const backup = await backUp();
    await expectContent(backup, await contentOf(database.dynamodb, table));
    expect(exports.enabled).toBe(true);
  });

  it('and though DynamoDB cannot yet: the table is new, or being changed', async () => {
    await started({ ...byExports, missingRecovery: 'enable' });
    exports.enabled = false;
    const update = vi.spyOn(exports.recovery, 'update');
    for (let n = 0; n < often; n++) update.mockRejectedValueOnce(cannotYet());
    await expectContent(await backUp(), await contentOf(database.dynamodb, table));
    expect(update).toHaveBeenCalledTimes(often + 1);
  });

  it('and though DynamoDB does not tell yet from when on it can be restored', async () => {
    await started();
    const described = vi.spyOn(exports.recovery, 'describe');
    for (let n = 0; n < often; n++) described.mockResolvedValueOnce({ enabled: true });
    await expectContent(await backUp(), await contentOf(database.dynamodb, table));
  });

  it('but not for ever', async () => {
    await started({ ...byExports, missingRecovery: 'enable' });
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
    await expectNothingHeld(harness, table);
  });

  it('by the reason that DynamoDB gives, and what to do', async () => {
    await started(byExports, { exportBucket: 'no-such-bucket' });
    const backup = await backUp();
    expect(backup.status).toBe('FAILED');
    expect(backup.reason).toMatch(/ExportFailed: .*S3NoSuchBucket.*bucket/);
    await expectNothingHeld(harness, table);
  });

  it('if recovery is switched off before the export begins', async () => {
    await started();
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
    await backUp();
    await secondsPass();
    exports.since = Date.now() - 500;
    await secondsPass();
    await changeItems(database, table);
    const content = await contentOf(database.dynamodb, table);
    const backup = await backUp('export');
    expect(backup).toMatchObject({ kind: 'full', why: expect.arrayContaining(['a new base']) });
    expect(backup.why?.join()).toContain('the changes since the parent are not kept any more');
    await expectContent(backup, content);
  });
});

it('a crash after any step of an export is made good, to the content at its request', async () => {
  await started();
  await backUp();
  await secondsPass();
  const reached = new Set<string>();
  for (let survived = 0, ended = false; !ended; survived++) {
    await changeItems(database, table);
    const content = await contentOf(database.dynamodb, table);
    let steps = 0;
    const crashing = harness.restarted({
      config: byExports,
      around: async (handler, _input, run) => {
        const output = await run();
        // What only waits is no step.
        const waits = 'status' in output && output.status === 'wait';
        if (!waits && steps++ === survived) {
          reached.add(handler);
          crashing.executions.stop();
        }
        return output;
      },
    });
    const { id } = await crashing.operations.createBackup({ table, name: 'backup', source: 'export' });
    await crashing.executions.idle();
    ended = steps <= survived;
    const after = harness.restarted({ config: byExports });
    await reconcile(after.services);
    await after.executions.idle();
    const backup = await after.operations.describeBackup({ table, id });
    expect(backup.parent).toBeDefined();
    await expectContent(backup, content);
  }
  expect([...reached]).toEqual(['begin', 'collect', 'partition', 'arrange', 'apply', 'commit', 'hand-over']);
  await expectNothingHeld(harness, table);
});
