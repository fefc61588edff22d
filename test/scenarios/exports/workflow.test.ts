import { UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Source } from '../../../lambda/model/records.ts';
import { describeTable } from '../../../lambda/tables/table.ts';
import { findSource } from '../../../lambda/backup/find-source.ts';
import { byExports, exporting, secondsPass } from '../../support/exporting.ts';
import { expectNothingHeld, putItems } from '../../support/fixture.ts';

const world = exporting();
const { started, backUp, exportsMade, change, contentNow, expectContent } = world;

describe('a backup by exports', () => {
  it('has a full export for its base, then exports of what changed, and says why', async () => {
    await started();
    const first = await contentNow();
    const base = await backUp();
    expect(base).toMatchObject({
      source: 'export',
      kind: 'full',
      why: expect.arrayContaining(['a new base']),
    });
    await secondsPass();
    await change();
    const second = await contentNow();
    const increment = await backUp('export');
    expect(increment).toMatchObject({ source: 'export', parent: base.id });
    await expectContent(base, first);
    await expectContent(increment, second);
    await expectNothingHeld(world.harness, world.table);
  });

  it('goes on from the export by the stream, though the stream tells again of what the export holds', async () => {
    await started();
    // The stream must be older than the time from which on it is replayed.
    await secondsPass();
    await change();
    const base = await backUp();
    await change();
    const content = await contentNow();
    const next = await backUp();
    expect(next).toMatchObject({ source: 'stream', parent: base.id });
    await expectContent(next, content);
    await putItems(world.database, world.table, 0, 2);
    const last = await backUp();
    expect(last).toMatchObject({ source: 'stream', parent: next.id });
    await expectContent(last, await contentNow());
  });

  it('goes on from an older one if the latest is too young', async () => {
    // Longer than two backups take on a busy machine.
    await started({ ...byExports, exportWindow: { minMs: 8000, maxMs: 60_000 } });
    const base = await backUp();
    for (let n = 0; n < 4; n++) await secondsPass();
    await change();
    const one = await backUp('export');
    await putItems(world.database, world.table, 7, 9);
    const content = await contentNow();
    const two = await backUp('export');
    expect([one.parent, two.parent]).toEqual([base.id, base.id]);
    expect(two.why?.join()).toContain(`export: ${one.id}: the parent is less than 8 seconds older`);
    await expectContent(two, content);
  });

  it('in several windows when the parent is older than one', async () => {
    await started({ ...byExports, exportWindow: { minMs: 1000, maxMs: 2000 } });
    const base = await backUp();
    for (let n = 0; n < 3; n++) {
      await change();
      await secondsPass();
    }
    const content = await contentNow();
    const next = await backUp('export');
    expect(next.parent).toBe(base.id);
    await expectContent(next, content);
    const windows = (await exportsMade()).filter(({ ExportType }) => ExportType === 'INCREMENTAL_EXPORT');
    // Six seconds have passed, in windows of two at most.
    expect(windows.length).toBeGreaterThanOrEqual(3);
  });

  it('of an empty table, and of one that did not change', async () => {
    await world.createAnew(0);
    await started();
    const base = await backUp();
    await secondsPass();
    await expectContent(base, new Map());
    await expectContent(await backUp('export'), new Map());
  });
});

it('a parent that can be exported from no more when its turn comes is given up for a new base', async () => {
  await started();
  const { exports, harness, table } = world;
  await backUp();
  await secondsPass();
  await change();
  const content = await contentNow();
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
    const { database, harness, table } = world;
    harness.executions.stop();
    const StreamSpecification = { StreamEnabled: false };
    await database.dynamodb.send(new UpdateTableCommand({ TableName: table, StreamSpecification }));
    const begun = async (wanted?: Source) => {
      const asked = { table, name: 'backup', ...(wanted && { source: wanted }) };
      const backup = await harness.operations.createBackup(asked);
      const search = {
        backup,
        head: undefined,
        since: backup.marker,
        startsOver: false,
        pin: async () => true,
      };
      const found = await findSource(harness.services, search);
      const { streamArn } = await describeTable(database.dynamodb, table);
      const source = found && 'origin' in found ? found.origin.source : undefined;
      return { source, hasStream: streamArn !== undefined };
    };
    expect(await begun('export')).toEqual({ source: 'export', hasStream: false });
    expect(await begun()).toEqual({ source: undefined, hasStream: true });
  });
});
