import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { findManifest } from '../../../lambda/snapshot/format/manifest.ts';
import type { SimulatedTable } from '../../support/sources/simulated-stream.ts';
import {
  backUp,
  expectExact,
  make,
  request,
  steady,
  type World,
  Worlds,
} from '../../support/sources/world.ts';

let worlds: Worlds;
beforeAll(async () => {
  worlds = await Worlds.start();
});
afterAll(() => worlds.close());

describe('a backup whose stream has a gap', () => {
  const hourMs = 60 * 60 * 1000;

  /** Runs the work before the nth step of the next backup. */
  function beforeStep(world: World, nth: number, work: (table: SimulatedTable) => void): void {
    let count = 0;
    world.beforeStep = () => {
      if (++count === nth) work(world.table);
    };
  }

  /** Writes records, makes a base of them three hours later, and writes more records. */
  async function makeBase(world: World): Promise<void> {
    const { table } = world;
    for (let key = 0; key < 8; key++) table.write(key);
    for (let key = 20; key < 40; key++) table.write(key);
    table.now += 3 * hourMs;
    await expectExact(world, await backUp(world));
    for (const key of [1, 3, 5, 8]) table.write(key);
    table.write(2, false);
  }

  const gapsSinceParent: [string, (table: SimulatedTable) => void, (table: SimulatedTable) => void][] = [
    ['the position was trimmed', (table) => void (table.now += 22 * hourMs), (table) => table.trim()],
    [
      'a shard has vanished',
      (table) => table.split(0, 2),
      (table) => {
        for (const shard of table.stream?.shards ?? []) shard.gone = shard.closedAt !== undefined;
      },
    ],
    [
      'records since the parent may be older than 24 hours',
      (table) => void (table.now += 22.5 * hourMs),
      (table) => void (table.now += 2 * hourMs),
    ],
    [
      'the stream is gone, and another was switched on',
      () => {},
      (table) => {
        table.switchOff();
        table.write(7);
        table.switchOn();
        table.streams.shift();
      },
    ],
  ];

  it.each(gapsSinceParent)(
    'starts over as a base if changes since the parent are missing: %s',
    (_what, before, between) =>
      worlds.within(steady, async (world) => {
        await makeBase(world);
        before(world.table);
        const backup = await request(world);
        beforeStep(world, 2, between);
        expect((await make(world, backup)).filter((answer) => answer !== 'wait')).toEqual(['again', 'done']);
        expect(await expectExact(world, backup)).toMatchObject({ kind: 'full', parent: null });
      }),
  );

  it('is a base if the stream was replaced before the request', () =>
    worlds.within(steady, async (world) => {
      await makeBase(world);
      world.table.switchOff();
      world.table.write(7);
      world.table.switchOn();
      world.table.write(1);
      world.table.now += 5000;
      const backup = await backUp(world);
      expect(await expectExact(world, backup)).toMatchObject({ kind: 'full', parent: null });
    }));

  it('is an increment if the stream was disabled after the request', () =>
    worlds.within(steady, async (world) => {
      await makeBase(world);
      const content = new Map(world.table.content);
      const backup = await request(world);
      beforeStep(world, 2, (table) => {
        table.now += 2000;
        table.switchOff();
        table.write(7);
      });
      expect(await make(world, backup)).not.toContain('again');
      const { cut, kind } = await expectExact(world, backup);
      expect(kind).toBe('incremental');
      expect(world.table.contentAt(cut)).toEqual(content);
    }));

  const gapsUnderBase: [string, (table: SimulatedTable) => void][] = [
    [
      'the stream was switched off during the scan',
      (table) => {
        table.now += 2000;
        table.switchOff();
        table.write(7);
      },
    ],
    [
      'the stream was switched off and on during the scan',
      (table) => {
        table.switchOff();
        table.write(7);
        table.switchOn();
      },
    ],
    ['the stream is gone', (table) => void (table.streams.length = 0)],
    [
      'a shard has vanished',
      (table) => {
        for (const shard of table.stream?.shards ?? []) shard.gone = true;
      },
    ],
    ['records since the request may be older than 24 hours', (table) => void (table.now += 25 * hourMs)],
  ];

  it.each(gapsUnderBase)('fails with CutUnreachable if it is a base and %s', (_what, between) =>
    worlds.within(steady, async (world) => {
      for (let key = 0; key < 8; key++) world.table.write(key);
      const backup = await request(world);
      beforeStep(world, 3, between);
      await expectUnreachable(world, backup);
    }),
  );

  it('fails with CutUnreachable if it is a base and a new stream shows no shards yet', () =>
    worlds.within(steady, async (world) => {
      const backup = await request(world);
      world.table.switchOff();
      world.table.switchOn();
      for (const shard of world.table.stream?.shards ?? []) shard.hiddenFor = 100;
      await expectUnreachable(world, backup);
    }));

  async function expectUnreachable(world: World, backup: BackupRecord): Promise<void> {
    await expect(make(world, backup)).rejects.toThrow(expect.objectContaining({ code: 'CutUnreachable' }));
    expect(
      await findManifest(world.services.store, backup.table.tableId, backup.id, async () => {}),
    ).toBeUndefined();
  }
});

it('a scan keeps the newer of two writes whose records have their times in the other order', () =>
  worlds.within(steady, async (world) => {
    const { table } = world;
    const start = Math.ceil(table.now / 1000) * 1000;
    table.now = start + 1100;
    table.write(7);
    table.now = start + 1500;
    table.write(7, true, 900);
    // The scan begins 60 seconds after the second of the first record: it has surely seen every write up to that record.
    table.now = start + 61_050;
    await expectExact(world, await backUp(world));
  }));
