import { UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Source } from '../../../lambda/model/records.ts';
import { describeTable } from '../../../lambda/tables/table.ts';
import { findSource } from '../../../lambda/backup/find-source.ts';
import { byExports, useExports } from '../../support/use-exports.ts';
import { expectNothingHeld, putItems } from '../../support/fixture.ts';

const world = useExports();
const { start, backUp, listExports, change, readContent, expectContent, passSeconds } = world;

describe('a backup by exports', () => {
  it('is a full export first, then an export of the changes, and records why', async () => {
    await start();
    const first = await readContent();
    const base = await backUp();
    expect(base).toMatchObject({
      source: 'export',
      kind: 'full',
      why: expect.arrayContaining(['a new base']),
    });
    passSeconds();
    await change();
    const second = await readContent();
    const increment = await backUp('export');
    expect(increment).toMatchObject({ source: 'export', parent: base.id });
    await expectContent(base, first);
    await expectContent(increment, second);
    await expectNothingHeld(world.harness, world.table);
  });

  it('is continued exactly by the stream, although the stream repeats changes that the export holds', async () => {
    await start();
    // The stream must be older than the time from which it is replayed.
    passSeconds();
    await change();
    const base = await backUp();
    await change();
    const content = await readContent();
    const next = await backUp();
    expect(next).toMatchObject({ source: 'stream', parent: base.id });
    await expectContent(next, content);
    await putItems(world.database, world.table, 0, 2);
    const last = await backUp();
    expect(last).toMatchObject({ source: 'stream', parent: next.id });
    await expectContent(last, await readContent());
  });

  it('continues an older parent if the latest is too young', async () => {
    // The shortest window is longer than two backups take on a busy machine.
    await start({ ...byExports, exportWindow: { minMs: 60_000, maxMs: 600_000 } });
    const base = await backUp();
    world.database.clock.advance(90_000);
    await change();
    const one = await backUp('export');
    await putItems(world.database, world.table, 7, 9);
    const content = await readContent();
    const two = await backUp('export');
    expect([one.parent, two.parent]).toEqual([base.id, base.id]);
    expect(two.why?.join()).toContain(`export: ${one.id}: the parent is less than 60 seconds older`);
    await expectContent(two, content);
  });

  it('exports several windows if the parent is older than one window', async () => {
    await start({ ...byExports, exportWindow: { minMs: 1000, maxMs: 2000 } });
    const base = await backUp();
    for (let n = 0; n < 3; n++) {
      await change();
      passSeconds();
    }
    const content = await readContent();
    const next = await backUp('export');
    expect(next.parent).toBe(base.id);
    await expectContent(next, content);
    const windows = (await listExports()).filter(({ ExportType }) => ExportType === 'INCREMENTAL_EXPORT');
    // Six seconds have passed, which windows of at most two seconds must cover.
    expect(windows.length).toBeGreaterThanOrEqual(3);
  });

  it('is empty for an empty table, even if nothing changed since', async () => {
    await world.replaceTable(0);
    await start();
    const base = await backUp();
    passSeconds();
    await expectContent(base, new Map());
    await expectContent(await backUp('export'), new Map());
  });
});

it('a backup takes a new base when, by the time it runs, its parent’s changes can no longer be exported', async () => {
  await start();
  const { exports, harness, table } = world;
  await backUp();
  passSeconds();
  await change();
  const content = await readContent();
  const requestedAt = harness.services.clock.now();
  const sliding = harness.restart({
    config: byExports,
    around: async (handler, _input, run) => {
      // Between the choice and the export, the earliest restorable time moves past the parent.
      if (handler === 'collect') exports.since = Math.max(exports.since, requestedAt);
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

describe('a table without a stream whose configuration enables one', () => {
  it('gets no stream from a request for an export, but from the next backup that may use a stream', async () => {
    await start({ ...byExports, missingStream: 'enable' });
    const { database, harness, table } = world;
    harness.executions.stop();
    const StreamSpecification = { StreamEnabled: false };
    await database.dynamodb.send(new UpdateTableCommand({ TableName: table, StreamSpecification }));
    const begin = async (wanted?: Source) => {
      const request = { table, name: 'backup', ...(wanted && { source: wanted }) };
      const backup = await harness.operations.createBackup(request);
      const search = {
        backup,
        head: undefined,
        since: backup.marker,
        startsOver: undefined,
        pin: async () => undefined,
      };
      const found = await findSource(harness.services, search);
      const { streamArn } = await describeTable(database.dynamodb, table);
      const source = found && 'origin' in found ? found.origin.source : undefined;
      return { source, hasStream: streamArn !== undefined };
    };
    expect(await begin('export')).toEqual({ source: 'export', hasStream: false });
    expect(await begin()).toEqual({ source: undefined, hasStream: true });
  });
});
