import { describe, expect, it } from 'vitest';
import { buildSiblingTableArn } from '../../../lambda/model/backup-arn.ts';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import type { CreateBackupInput } from '../../../lambda/operations/create-backup.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { changeItems, createFilledTable, putItems, restore } from '../../support/fixture.ts';
import { readTableContent } from '../../support/tables.ts';
import { parseBackupId } from '../../../lambda/model/ids.ts';

const world = useTidemark({ items: 40 });

async function backup(request: Partial<CreateBackupInput> = {}): Promise<BackupRecord> {
  const { harness, table } = world;
  const input = { table, name: 'a-backup', ...request };
  const { id } = await harness.operations.createBackup(input);
  await harness.executions.idle();
  return harness.operations.describeBackup({ table: input.table, id });
}

const keyOf = ({ table: { name }, id }: BackupRecord) => ({ table: name, id });
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('the operation createBackup', () => {
  it('returns a backup that is CREATING, with the time of the request as marker', async () => {
    const { harness, table } = world;
    const before = harness.services.clock.now();
    const made = await harness.operations.createBackup({ table, name: 'a-backup', requestedBy: 'me' });
    expect(made).toMatchObject({ status: 'CREATING', name: 'a-backup', requestedBy: 'me' });
    expect(made.marker).toBeGreaterThanOrEqual(before);
    expect(made.marker).toBeLessThanOrEqual(harness.services.clock.now());
    expect(made.arn).toMatch(new RegExp(`:table/${table}/backup/0${made.marker}-[0-9a-f]{8}$`));
    await harness.executions.idle();
  });

  it('takes a marker later than the last one even if the clock lags', async () => {
    const { harness, table } = world;
    const first = await harness.operations.createBackup({ table, name: 'first' });
    const { sleep } = harness.services.clock;
    const lagging = harness.restart({ clock: { now: () => first.marker - 5000, sleep } });
    lagging.executions.stop();
    const second = await lagging.operations.createBackup({ table, name: 'second' });
    // DynamoDB's clock, which the answer to DescribeTable shows, does not lag.
    expect(second.marker).toBeGreaterThan(first.marker);
    expect(second.marker).toBeLessThan(first.marker + 5000);
    await harness.executions.idle();
  });

  it('throws TableNotFound for a table that does not exist', async () => {
    await expect(backup({ table: 'no-such-table' })).rejects.toEqual(code('TableNotFound'));
  });

  it('leaves a backup to the reconciler if its execution could not be started', async () => {
    const { harness, table } = world;
    const failing = harness.restart();
    const services = {
      ...failing.services,
      executions: { ...failing.executions, start: () => Promise.reject(new Error('throttled')) },
    };
    const { createBackup } = await import('../../../lambda/operations/create-backup.ts');
    const made = await createBackup(services, { table, name: 'a-backup' });
    expect(made.status).toBe('CREATING');
    expect((await harness.services.catalog.turns.getTable(table))?.pending).toEqual([made.id]);
  });
});

describe('a backup of a table', () => {
  it('has figures of its items, its bytes, what it copied, and its parent', async () => {
    const first = await backup();
    await changeItems(world.database, world.table);
    const second = await backup();
    expect(first).toMatchObject({ kind: 'full', source: 'scan', figures: { items: 40, copiedRecords: 40 } });
    expect(second).toMatchObject({
      kind: 'incremental',
      source: 'stream',
      parent: first.id,
      // Three items changed, three are new, one was deleted.
      figures: { items: 42, copiedRecords: 7, copiedFiles: 1 },
    });
    expect(second.figures?.copiedBytes).toBeLessThan(first.figures?.copiedBytes ?? 0);
  });

  it('is folded from the last snapshot and the changes if it was requested as full', async () => {
    const { database, harness, table } = world;
    const first = await backup();
    await changeItems(database, table);
    const second = await backup({ kind: 'full' });
    expect(second).toMatchObject({
      kind: 'full',
      source: 'stream',
      parent: first.id,
      figures: { items: 42, copiedRecords: 42, copiedFiles: 1 },
    });
    expect(await restore(database, harness, second)).toEqual(
      await readTableContent(database.dynamodb, table),
    );
  });

  it('has all changes since the last full backup in one run if it was requested as differential', async () => {
    const { database, harness, table } = world;
    await backup();
    for (const from of [0, 2, 4]) {
      await putItems(database, table, from, from + 3);
      await backup();
    }
    const last = await backup({ kind: 'differential' });
    expect(last).toMatchObject({ kind: 'differential', figures: { copiedRecords: 7, copiedFiles: 1 } });
    expect(await restore(database, harness, last)).toEqual(await readTableContent(database.dynamodb, table));
  });

  it('becomes full when its changes amount to half of the base', async () => {
    await backup();
    await putItems(world.database, world.table, 0, 25);
    expect(await backup()).toMatchObject({ kind: 'full', source: 'stream', figures: { copiedRecords: 40 } });
  });

  it('copies nothing if the table did not change', async () => {
    const { database, harness, table } = world;
    const first = await backup();
    const second = await backup();
    expect(second.figures).toMatchObject({ items: 40, copiedRecords: 0, copiedFiles: 0, copiedBytes: 0 });
    expect(second.digest).toBe(first.digest);
    expect(await restore(database, harness, second)).toEqual(
      await readTableContent(database.dynamodb, table),
    );
  });

  it('restores an empty table to an empty table', async () => {
    await world.replaceTable(0);
    const made = await backup();
    expect(made).toMatchObject({ status: 'AVAILABLE', figures: { items: 0, bytes: 0 } });
    expect(await restore(world.database, world.harness, made)).toEqual(new Map());
  });
});

describe('deleteBackup', () => {
  it('deletes the backup, and its increments can still be restored', async () => {
    const { database, harness, table } = world;
    const first = await backup();
    await changeItems(database, table);
    const second = await backup();
    await harness.operations.deleteBackup(keyOf(first));
    await expect(harness.operations.describeBackup(keyOf(first))).rejects.toEqual(code('BackupNotFound'));
    await expect(harness.operations.deleteBackup(keyOf(first))).rejects.toEqual(code('BackupNotFound'));
    expect((await harness.operations.listBackups({ table, limit: 9 })).backups).toEqual([second]);
    expect(await harness.services.catalog.snapshots.get(keyOf(first))).toMatchObject({ alive: false });
    expect(await restore(database, harness, second)).toEqual(
      await readTableContent(database.dynamodb, table),
    );
  });

  it('keeps the snapshot of the head alive until the next changes are applied to it', async () => {
    const first = await backup();
    await world.harness.operations.deleteBackup(keyOf(first));
    expect(await world.harness.services.catalog.snapshots.get(keyOf(first))).toMatchObject({ alive: true });
    expect(await backup()).toMatchObject({ kind: 'incremental', parent: first.id });
    expect(await world.harness.services.catalog.snapshots.get(keyOf(first))).toMatchObject({ alive: false });
  });

  it('throws BackupInUse while the backup is being created', async () => {
    const { harness, table } = world;
    const made = await harness.operations.createBackup({ table, name: 'a-backup' });
    await expect(harness.operations.deleteBackup(keyOf(made))).rejects.toEqual(code('BackupInUse'));
    await harness.executions.idle();
  });

  it('throws BackupInUse while the backup is being restored, and deletes it after that', async () => {
    const { harness } = world;
    const made = await backup();
    await harness.operations.restoreTable({ backup: keyOf(made), target: `restored-${randomIds.hex(8)}` });
    await expect(harness.operations.deleteBackup(keyOf(made))).rejects.toEqual(code('BackupInUse'));
    await harness.executions.idle();
    await harness.operations.deleteBackup(keyOf(made));
  });

  it('throws BackupNotFound for a backup that never existed', async () => {
    const { harness, table } = world;
    const id = parseBackupId('01700000000000-00000000');
    await expect(harness.operations.deleteBackup({ table, id })).rejects.toEqual(code('BackupNotFound'));
  });
});

describe('a backup that Tidemark made for its own use', () => {
  it('cannot be found by callers', async () => {
    const { harness, table } = world;
    const { operations, services } = harness;
    const made = await operations.createBackup({ table, name: 'for-itself', internal: true });
    await harness.executions.idle();
    const key = keyOf(made);
    const target = `restored-${randomIds.hex(8)}`;
    const calls = [
      () => operations.describeBackup(key),
      () => operations.deleteBackup(key),
      () => operations.restoreTable({ backup: key, target }),
      () => operations.verifyBackup({ backup: { ...key, arn: made.arn } }),
    ];
    for (const call of calls) await expect(call()).rejects.toEqual(code('BackupNotFound'));
    expect(await services.catalog.backups.get(key)).toMatchObject({ status: 'AVAILABLE' });
  });
});

describe('a request for a backup by its ARN', () => {
  it('is refused for the ARN of another account, and of a region that AWS does not have', async () => {
    const made = await backup();
    const key = keyOf(made);
    expect(await world.harness.operations.describeBackup({ ...key, arn: made.arn })).toEqual(made);
    const [, , , region = '', account = ''] = made.arn.split(':');
    for (const [arn, error] of [
      [made.arn.replace(account, '999999999999'), 'AccessDenied'],
      [made.arn.replace(region, 'mars-1'), 'Validation'],
    ] as const) {
      expect(arn).not.toBe(made.arn);
      const others = { ...key, arn };
      await expect(world.harness.operations.describeBackup(others)).rejects.toEqual(code(error));
      await expect(world.harness.operations.deleteBackup(others)).rejects.toEqual(code(error));
    }
    expect(await world.harness.operations.describeBackup(key)).toEqual(made);
  });

  it('gets another error for another account’s ARN than for a backup that does not exist', async () => {
    const { harness, table } = world;
    const id = parseBackupId('01700000000000-00000000');
    const here = buildSiblingTableArn(harness.services.config.catalogArn, '');
    const describeWith = async (begin: string): Promise<unknown> =>
      harness.operations.describeBackup({ table, id, arn: `${begin}${table}/backup/${id}` });
    await expect(describeWith(here)).rejects.toEqual(code('BackupNotFound'));
    await expect(describeWith('arn:aws:dynamodb:mars-1:999999999999:table/')).rejects.toEqual(
      code('AccessDenied'),
    );
    await expect(describeWith(here.replace('arn:aws:', 'arn:aws-cn:'))).rejects.toEqual(code('Validation'));
  });
});

describe('listBackups', () => {
  it('returns pages from the oldest backup on, and no cursor after a full last page', async () => {
    const { database, harness, table } = world;
    const other = await createFilledTable(database, 1);
    const made = [
      await backup({ name: 'one' }),
      await backup({ name: 'two', table: other }),
      await backup({ name: 'three' }),
    ];
    const pages: string[][] = [];
    for (let after: BackupRecord | undefined, more = true; more;) {
      const page = await harness.operations.listBackups({ limit: 1, ...(after && { after: keyOf(after) }) });
      pages.push(page.backups.map(({ name }) => name));
      after = page.backups.at(-1);
      more = page.last !== undefined;
    }
    expect(pages).toEqual([['one'], ['two'], ['three']]);
    expect((await harness.operations.listBackups({ table, limit: 2 })).last).toBeUndefined();
    const [one, two, three] = made;
    const within = await harness.operations.listBackups({
      limit: 9,
      from: one?.marker ?? 0,
      to: three?.marker ?? 0,
    });
    expect(within.backups.map(({ id }) => id)).toEqual([one?.id, two?.id]);
  });

  it('continues after a deleted backup', async () => {
    const { harness, table } = world;
    const one = await backup({ name: 'one' });
    await backup({ name: 'two' });
    await harness.operations.deleteBackup(keyOf(one));
    const { backups } = await harness.operations.listBackups({ table, limit: 9, after: keyOf(one) });
    expect(backups.map(({ name }) => name)).toEqual(['two']);
  });

  it('returns nothing for an empty range of times, and for a cursor past the range', async () => {
    const { harness, table } = world;
    const { marker, ...one } = await backup({ name: 'one' });
    const list = (query: object) => harness.operations.listBackups({ limit: 9, ...query });
    expect(await list({ from: marker, to: marker })).toEqual({ backups: [] });
    expect(await list({ to: 0 })).toEqual({ backups: [] });
    expect(await list({ table, to: marker - 5000, after: { table, id: one.id } })).toEqual({ backups: [] });
    const early = { table, id: parseBackupId('00000000000001-00000000') };
    expect((await list({ table, from: marker, after: early })).backups.map(({ id }) => id)).toEqual([one.id]);
  });

  it('leaves out a failed backup, as DynamoDB does, unless the request includes failed ones', async () => {
    const { database, harness, table } = world;
    const good = await backup({ name: 'good' });
    const failing = harness.restart({
      around: (handler, _input, run) =>
        handler === 'collect' ? Promise.reject(new Error('no luck')) : run(),
    });
    await changeItems(database, table);
    const { id } = await failing.operations.createBackup({ table, name: 'failed' });
    await failing.executions.idle();
    const failed = await harness.operations.describeBackup({ table, id });
    expect(failed).toMatchObject({ status: 'FAILED', reason: expect.any(String) });
    for (const query of [{ limit: 9 }, { limit: 9, table }]) {
      expect((await harness.operations.listBackups(query)).backups).toEqual([good]);
      const all = await harness.operations.listBackups({ ...query, includeFailed: true });
      expect(all.backups).toEqual([good, failed]);
    }
  });

  it('returns nothing for an unknown table', async () => {
    expect(await world.harness.operations.listBackups({ table: 'no-such-table', limit: 9 })).toEqual({
      backups: [],
    });
  });
});

describe('a deleted backup', () => {
  it('has on its record who deleted it and when, which a request for deleted backups returns', async () => {
    const { harness, table } = world;
    const { id } = await backup();
    const requestedBy = 'arn:aws:iam::123456789012:user/ada';
    await harness.operations.deleteBackup({ table, id, requestedBy });
    await expect(harness.operations.describeBackup({ table, id })).rejects.toEqual(code('BackupNotFound'));
    expect(await harness.operations.describeBackup({ table, id, includeDeleted: true })).toMatchObject({
      status: 'DELETED',
      deletedBy: requestedBy,
      deletedAt: expect.any(Number),
    });
  });
});

describe('a request that is sent again', () => {
  it('makes one backup, and another request with its key makes another one', async () => {
    const { harness, table } = world;
    const request = { table, name: 'first', requestKey: randomIds.hex(32) };
    const first = await harness.operations.createBackup(request);
    expect((await harness.operations.createBackup(request)).id).toBe(first.id);
    expect((await harness.operations.createBackup({ ...request, name: 'second' })).id).not.toBe(first.id);
    await harness.executions.idle();
  });

  it('deletes a backup once, and returns the first answer again', async () => {
    const { harness, table } = world;
    const { id } = await backup();
    const request = { table, id, requestKey: randomIds.hex(32) };
    const first = await harness.operations.deleteBackup(request);
    expect((await harness.operations.deleteBackup(request)).arn).toBe(first.arn);
    for (const requestKey of [randomIds.hex(32), undefined]) {
      const another = harness.operations.deleteBackup({ table, id, ...(requestKey && { requestKey }) });
      await expect(another).rejects.toMatchObject({ code: 'BackupNotFound' });
    }
  });

  it('starts no second restore, whether the first one is running or has ended', async () => {
    const { harness, table } = world;
    const { id } = await backup();
    const target = `restored-${randomIds.hex(12)}`;
    const request = { backup: { table, id }, target, requestKey: randomIds.hex(32) };
    const first = await harness.operations.restoreTable(request);
    expect(await harness.operations.restoreTable(request)).toMatchObject(first);
    await harness.executions.idle();
    expect(await harness.operations.restoreTable(request)).toMatchObject({ restore: { status: 'RESTORED' } });
    const another = harness.operations.restoreTable({ ...request, requestKey: randomIds.hex(32) });
    await expect(another).rejects.toMatchObject({ code: 'TableAlreadyExists' });
  });
});
