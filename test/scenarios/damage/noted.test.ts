import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fromSdk } from '../../../lambda/item/from-sdk.ts';
import type { BackupRecord, Kind } from '../../../lambda/model/records.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { damageMessage } from '../../../lambda/runtime/log-messages.ts';
import { type Log, silentLog } from '../../../lambda/runtime/logger.ts';
import { readManifest, type RunRef } from '../../../lambda/snapshot/format/manifest.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { changeItems, expectNothingHeld, putItems, restore, shape } from '../../support/fixture.ts';
import { readTableContent, nthKey } from '../../support/tables.ts';
import { testLimits } from '../../support/harness.ts';

const error = vi.fn<Log['error']>();
// Only a full backup folds, so an increment reads no run of its parent.
const limits = { ...testLimits, foldShare: 1000 };
const world = useTidemark({ log: { ...silentLog, error }, config: { limits } });
let first: BackupRecord;
let second: BackupRecord;

beforeEach(async () => {
  first = await backUp();
  await changeItems(world.database, world.table);
  second = await backUp();
  error.mockClear();
});

async function backUp(kind?: Kind): Promise<BackupRecord> {
  const { harness, table } = world;
  const { id } = await harness.operations.createBackup({ table, name: 'backup', ...(kind && { kind }) });
  await harness.executions.idle();
  return harness.operations.describeBackup({ table, id });
}

const keyOf = ({ table, id }: BackupRecord) => ({ table: table.name, id });

async function findRun(kind: RunRef['kind']): Promise<string> {
  const { manifest } = await readManifest(world.harness.store, second.table.tableId, second.id);
  return join(world.harness.folder, String(manifest.runs.find((run) => run.kind === kind)?.key));
}

async function flipByte(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes[20] = (bytes[20] ?? 0) ^ 0x10;
  await writeFile(file, bytes);
}

async function restoreDamaged(backup: BackupRecord): Promise<void> {
  const target = `restored-${randomIds.hex(12)}`;
  await world.harness.operations.restoreTable({ backup: keyOf(backup), target });
  await world.harness.executions.idle();
  expect(await world.harness.services.catalog.restores.get(target)).toMatchObject({ status: 'FAILED' });
}

async function verify(backup: BackupRecord): Promise<number> {
  return (await world.harness.operations.verifyBackup({ backup: keyOf(backup) })).problemCount;
}

const countAlarms = () => error.mock.calls.filter(([message]) => message === damageMessage).length;

/** Expects the next backup to be a base that records why, raises an alarm and restores the table's content. */
async function expectNewBase(): Promise<BackupRecord> {
  const { database, harness, table } = world;
  expect(countAlarms()).toBeGreaterThan(0);
  error.mockClear();
  await putItems(database, table, 100, 101);
  const next = await backUp();
  expect(next).toMatchObject({ status: 'AVAILABLE', kind: 'full', source: 'scan' });
  expect(next.parent).toBeUndefined();
  expect(next.why).toContainEqual(expect.stringMatching(/damage was seen .* checksum mismatch/));
  expect(countAlarms()).toBe(1);
  expect(await restore(database, harness, next)).toEqual(await readTableContent(database.dynamodb, table));
  await expectNothingHeld(harness, table);
  return next;
}

/** Expects the next backup to continue this one, and to raise no alarm. */
async function expectContinued(backup: BackupRecord): Promise<void> {
  error.mockClear();
  await putItems(world.database, world.table, 200, 201);
  expect(await backUp()).toMatchObject({ status: 'AVAILABLE', parent: backup.id });
  expect(countAlarms()).toBe(0);
}

describe('a damaged run of the head is recorded, and the next backup is a new base, if it is found by', () => {
  it.each<[string, RunRef['kind'], () => Promise<unknown>]>([
    ['a verify of an older backup that shares the run', 'base', () => verify(first)],
    ['a restore of the head', 'delta', () => restoreDamaged(second)],
    [
      'reading one item',
      'base',
      () => {
        const key = fromSdk(nthKey(shape, 15));
        return expect(world.harness.operations.getBackupItem({ backup: keyOf(first), key })).rejects.toThrow(
          'checksum mismatch',
        );
      },
    ],
    [
      'a comparison',
      'delta',
      () => {
        const backups = { from: keyOf(first), to: keyOf(second) };
        return expect(world.harness.operations.compareBackups(backups)).rejects.toThrow('checksum mismatch');
      },
    ],
  ])('%s', async (_name, kind, see) => {
    await flipByte(await findRun(kind));
    await see();
    const next = await expectNewBase();
    await expectContinued(next);
  });
});

describe('damage that a fold finds', () => {
  it('is recorded on the parent, and the backup is a new base that records why', async () => {
    await flipByte(await findRun('base'));
    const folding = await backUp('full');
    expect(folding).toMatchObject({ status: 'AVAILABLE', kind: 'full', source: 'scan' });
    expect(folding.why).toContainEqual(expect.stringMatching(/^starts over: .* checksum mismatch/));
    expect(countAlarms()).toBe(1);
    const snapshot = await world.harness.services.catalog.snapshots.get(keyOf(second));
    expect(snapshot?.damage).toMatchObject({ reason: expect.stringContaining('checksum mismatch') });
    await expectContinued(folding);
  });
});

describe('damage of an old backup', () => {
  it('leads to no new base if the head shares no run with it, however often it is found', async () => {
    const full = await backUp('full');
    expect(full.parent).toBe(second.id);
    await flipByte(await findRun('delta'));
    expect(await verify(second)).toBeGreaterThan(0);
    await expectContinued(full);
    expect(await verify(second)).toBeGreaterThan(0);
    const [, head] = [await verify(first), await backUp()];
    expect(head.kind).toBe('incremental');
  });

  it('leads to a new base if a later full backup still refers to the damaged run', async () => {
    const folded = await backUp('full');
    second = await backUp('full');
    const { manifest } = await readManifest(world.harness.store, second.table.tableId, second.id);
    expect([manifest.base, manifest.runs[0]?.key]).toEqual([second.id, expect.stringContaining(folded.id)]);
    await flipByte(await findRun('base'));
    await verify(folded);
    await expectNewBase();
  });

  it('is recorded once: the first reason stays, and only a backup that shares the run is followed by a new base', async () => {
    await flipByte(await findRun('base'));
    await verify(first);
    const next = await expectNewBase();
    await verify(first);
    await verify(second);
    await expectContinued(next);
  });

  it('is recorded only on the damaged one of two compared backups', async () => {
    await flipByte(await findRun('delta'));
    const backups = { from: keyOf(first), to: keyOf(second) };
    await expect(world.harness.operations.compareBackups(backups)).rejects.toMatchObject({
      code: 'SnapshotCorrupt',
    });
    const { snapshots } = world.harness.services.catalog;
    expect((await snapshots.get(keyOf(first)))?.damage).toBeUndefined();
    expect((await snapshots.get(keyOf(second)))?.damage).toBeDefined();
  });
});

it('damage that is found while a backup is being made makes that backup start over as a base', async () => {
  let see: (() => Promise<unknown>) | undefined;
  await world.replaceHarness({
    config: { limits },
    around: async (handler, _input, run) => {
      if (handler === 'commit') await see?.();
      return run();
    },
  });
  await world.replaceTable(20);
  first = await backUp();
  await changeItems(world.database, world.table);
  second = await backUp();
  await putItems(world.database, world.table, 100, 101);
  see = async () => {
    see = undefined;
    await flipByte(await findRun('base'));
    await verify(first);
  };
  const third = await backUp();
  expect(third).toMatchObject({ status: 'AVAILABLE', kind: 'full', source: 'scan' });
  expect(third.why).toContainEqual(expect.stringMatching(/^starts over: .* checksum mismatch/));
  const content = await readTableContent(world.database.dynamodb, world.table);
  expect(await restore(world.database, world.harness, third)).toEqual(content);
});

it('a commit fails the backup if the index of a run that it adds is damaged, and the next backup is sound', async () => {
  let isDamaging = true;
  await world.replaceHarness({
    config: { limits },
    store: (store) => ({
      ...store,
      async putStream(key, body) {
        const outcome = await store.putStream(key, body);
        if (!isDamaging || !key.includes('/runs/')) return outcome;
        const bytes = Buffer.from(await store.get(key));
        bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
        await store.put(key, bytes);
        return outcome;
      },
    }),
  });
  await world.replaceTable(20);
  expect(await backUp()).toMatchObject({
    status: 'FAILED',
    reason: expect.stringMatching(/^SnapshotCorrupt: .*: index: checksum mismatch/),
  });
  isDamaging = false;
  const sound = await backUp();
  const content = await readTableContent(world.database.dynamodb, world.table);
  expect(await restore(world.database, world.harness, sound)).toEqual(content);
});
