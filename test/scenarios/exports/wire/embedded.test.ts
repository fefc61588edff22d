import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { backUpWith, readItems } from '../../../support/wire/deployment.ts';
import type { Json } from '../../../support/wire/http.ts';
import { arnOf, useRuntime, eventually, startSimulated, Wire } from '../../../support/wire/support.ts';

const wire = useRuntime();

const streamed = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' };

/** Disables the table's stream, runs `meanwhile`, and enables another one. */
async function replaceStream(
  wire: Wire,
  TableName: string,
  meanwhile: () => Promise<unknown>,
): Promise<void> {
  await wire.ok('UpdateTable', { TableName, StreamSpecification: { StreamEnabled: false } });
  await meanwhile();
  await eventually(async () => {
    return (await wire.call('UpdateTable', { TableName, StreamSpecification: streamed })).status === 200;
  });
}

/** Starts a runtime on an empty home. */
interface Own {
  readonly own: Wire;
  /** Resolves when no execution runs. */
  readonly idle: () => Promise<void>;
  /** Closes the runtime and starts the next one on the same home. */
  readonly restart: () => Promise<void>;
}

async function onOwnHome(act: (own: Own) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'tidemark-wire-'));
  const clock = new SimulatedClock();
  let runtime = await startSimulated(home, clock);
  try {
    await act({
      own: new Wire(() => ({ url: runtime.url, clock })),
      idle: () => runtime.executions.idle(),
      restart: async () => {
        await runtime.close();
        runtime = await startSimulated(home, clock);
      },
    });
  } finally {
    await runtime.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** Requests a backup by export, restarts the runtime while it is made, and returns its ARN. */
async function exportOverRestart({ own, restart }: Own, table: string): Promise<string> {
  const asked = { TableName: table, BackupName: 'over-a-restart', TidemarkOptions: { Source: 'EXPORT' } };
  const arn = arnOf(await own.ok('CreateBackup', asked));
  expect(await own.describeBackup(arn)).toMatchObject({ BackupStatus: 'CREATING' });
  await restart();
  return arn;
}

describe('a backup by export on one machine', () => {
  test('enables recovery if it is off, is exact, and is continued by the stream', async () => {
    const table = await wire.createTable('here');
    await wire.fill(table, 40);
    const items = [await readItems(wire, table)];
    const first = await backUpWith(wire, table, { Source: 'EXPORT' });
    expect(await wire.describeRecovery(table)).toMatchObject({ PointInTimeRecoveryStatus: 'ENABLED' });
    await wire.fill(table, 10, 'more', 35);
    await wire.removeItem(table, 0);
    items.push(await readItems(wire, table));
    const second = await backUpWith(wire, table);
    await wire.removeItem(table, 1);
    items.push(await readItems(wire, table));
    const third = await backUpWith(wire, table, { Source: 'EXPORT' });
    expect([first.made, second.made, third.made]).toMatchObject([
      { Source: 'EXPORT' },
      { Source: 'STREAM' },
      { Source: 'EXPORT' },
    ]);
    for (const [i, { arn }] of [first, second, third].entries()) {
      expect(await readItems(wire, await wire.restoreTable(arn, `here-${i}`))).toEqual(items[i]);
    }
  });

  test('is a new base after recovery was off', async () => {
    const table = await wire.createRecoverableTable('off-and-on');
    await wire.fill(table, 10);
    await wire.waitUntilRestorable(table);
    await backUpWith(wire, table, { Source: 'EXPORT' });
    await wire.switchRecovery(table, false);
    await wire.fill(table, 5, 'while it was off', 8);
    await wire.removeItem(table, 0);
    await wire.switchRecovery(table, true);
    const items = await readItems(wire, table);
    const { arn, made } = await backUpWith(wire, table, { Source: 'EXPORT' });
    expect(made).toMatchObject({ Source: 'EXPORT' });
    expect(made).not.toHaveProperty('Parent');
    expect(await readItems(wire, await wire.restoreTable(arn, 'off-and-on-x'))).toEqual(items);
  });

  test('allows restores to times before and after it, to the second', async () => {
    const table = await wire.createRecoverableTable('in-time');
    const past: { time: number; items: string[] }[] = [];
    const note = async () => {
      past.push({ time: wire.passSecond(), items: await readItems(wire, table) });
    };
    await wire.fill(table, 20, 'before');
    await note();
    await wire.fill(table, 3, 'just before the export');
    await backUpWith(wire, table, { Source: 'EXPORT' });
    await wire.fill(table, 3, 'just after the export', 2);
    await wire.removeItem(table, 9);
    await note();
    await wire.fill(table, 20, 'too late');
    await wire.waitUntilRestorable(table);
    for (const [i, { time, items }] of past.entries()) {
      const TargetTableName = wire.uniqueName(`in-time-${i}`);
      const asked = { SourceTableName: table, TargetTableName, RestoreDateTime: time };
      await wire.ok('RestoreTableToPointInTime', asked);
      await wire.waitUntilActive(TargetTableName);
      expect([i, await readItems(wire, TargetTableName)]).toEqual([i, items]);
    }
  });

  test('is not continued by another stream, which has no record of earlier writes', async () => {
    const table = await wire.createTable('replaced');
    await wire.fill(table, 10);
    await backUpWith(wire, table, { Source: 'EXPORT' });
    await wire.fill(table, 3, 'in the old stream');
    await replaceStream(wire, table, async () => {
      await wire.fill(table, 3, 'in no stream', 5);
      await wire.removeItem(table, 9);
    });
    await wire.fill(table, 1, 'in the new stream', 8);
    const items = await readItems(wire, table);
    const { arn } = await backUpWith(wire, table);
    expect(await readItems(wire, await wire.restoreTable(arn, 'replaced-x'))).toEqual(items);
  });

  test('does not make times restorable whose changes no stream holds any longer', async () => {
    const table = await wire.createRecoverableTable('no-time');
    await wire.fill(table, 10);
    await wire.waitUntilRestorable(table);
    await backUpWith(wire, table, { Source: 'EXPORT' });
    await wire.fill(table, 3, 'in the old stream');
    const items = await readItems(wire, table);
    const RestoreDateTime = wire.passSecond();
    await replaceStream(wire, table, () => wire.fill(table, 3, 'in no stream', 5));
    await wire.fill(table, 1, 'in the new stream', 8);
    wire.clock.advanceTo((RestoreDateTime + 4) * 1000);
    const TargetTableName = wire.uniqueName('no-time-x');
    const asked = { SourceTableName: table, TargetTableName, RestoreDateTime };
    const answer = await wire.call('RestoreTableToPointInTime', asked);
    const isBegun = answer.status === 200;
    const outcome = isBegun ? await wire.waitForOutcome(TargetTableName) : answer.json['__type'];
    const found = outcome === 'ACTIVE' ? await readItems(wire, TargetTableName) : [outcome];
    const refused = [expect.stringMatching(/#InvalidRestoreTimeException$/)];
    expect(found).toEqual(isBegun ? items : refused);
  });

  // A runtime checks recovery when it starts, and then only after a minute.
  test('is exact, or fails with a specific error if the stream does not reach back for the embedded export', async () => {
    await onOwnHome(async (runtime) => {
      const { own } = runtime;
      const table = await own.createTable('young-stream');
      await own.fill(table, 10);
      await backUpWith(own, table, { Source: 'EXPORT' });
      // Recovery's own snapshot, whose cut is in the old stream.
      await runtime.idle();
      await own.fill(table, 3, 'in the old stream');
      await replaceStream(own, table, () => own.fill(table, 3, 'in no stream', 5));
      const items = await readItems(own, table);
      const arn = await exportOverRestart(runtime, table);
      const { BackupStatus, Tidemark } = await own.waitForEnd(arn);
      const isMade = BackupStatus === 'AVAILABLE';
      const found = isMade
        ? await readItems(own, await own.restoreTable(arn, 'young-stream-x'))
        : [(Tidemark as Json)['Reason']];
      const failed = [expect.stringMatching(/^(ExportFailed|CutUnreachable): /)];
      expect(found).toEqual(isMade ? items : failed);
    });
  });

  test('is completed by the next runtime if the runtime ends during the backup', async () => {
    await onOwnHome(async (runtime) => {
      const { own } = runtime;
      const table = await own.createTable('taken-up');
      await own.fill(table, 20);
      const arn = await exportOverRestart(runtime, table);
      expect(await own.waitUntilAvailable(arn)).toMatchObject({ Tidemark: { Source: 'EXPORT' } });
      expect(await own.readContent(await own.restoreTable(arn, 'taken-up-x'))).toHaveLength(20);
    });
  });
});

test('a backup by export of a table with a stream of keys only fails at once, with the missing setting', async () => {
  const table = await wire.createTable('keys-only', {
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
  });
  await wire.fill(table, 3);
  const before = wire.clock.now();
  const arn = arnOf(
    await wire.ok('CreateBackup', {
      TableName: table,
      BackupName: 'by-export',
      TidemarkOptions: { Source: 'EXPORT' },
    }),
  );
  const { BackupStatus, Tidemark } = await wire.waitForEnd(arn);
  // The clock jumps over every pause: a step that waits for the recovery of a new table waits for five minutes.
  expect(wire.clock.now() - before).toBeLessThan(60_000);
  expect(BackupStatus).toBe('DELETED');
  const { Reason } = Tidemark as Json;
  expect(Reason).toMatch(
    /^ContinuousBackupsUnavailable: An export needs point-in-time recovery of .*keys-only/,
  );
  expect(Reason).toMatch(/stream with new and old images \(StreamViewType NEW_AND_OLD_IMAGES\)/);
});
