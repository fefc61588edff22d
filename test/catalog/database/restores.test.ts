import { beforeEach, describe, expect, it } from 'vitest';
import { createBackupId } from '../../../lambda/model/ids.ts';
import { type Catalog, openCatalog } from '../../../lambda/catalog/catalog.ts';
import { CatalogTable } from '../../../lambda/catalog/catalog-table.ts';
import type { BackupRecord, RestoreRecord, TableDescription } from '../../../lambda/model/records.ts';
import { keys } from '../../../lambda/catalog/schema.ts';
import { systemClock } from '../../../lambda/runtime/clock.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { createCatalog } from '../../../local/catalog-table.ts';
import { useDatabase } from '../../support/database.ts';

const description: TableDescription = {
  keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  attributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  createdAt: 0,
  sizeBytes: 0,
  itemCount: 0,
  billingMode: 'PAY_PER_REQUEST',
  localSecondaryIndexes: [],
  globalSecondaryIndexes: [],
};

const database = useDatabase();
let rows: CatalogTable;
let catalog: Catalog;
let backup: BackupRecord;
beforeEach(async () => {
  const name = `catalog-${randomIds.hex(8)}`;
  await createCatalog(database.dynamodb, name);
  rows = new CatalogTable(database.dynamodb, name, systemClock);
  catalog = openCatalog(database.dynamodb, name, systemClock, randomIds);
  const marker = 1_800_000_000_000;
  const arn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/source';
  const id = createBackupId(marker, '00c0ffee');
  backup = {
    id,
    arn: `${arn}/backup/${id}`,
    name: 'a-backup',
    table: { name: 'source', arn, tableId: 'an-id' },
    description,
    marker,
    asOf: marker - 60_000,
    status: 'CREATING',
    attempts: 1,
    internal: true,
  };
});

const start = (target = 'target') => catalog.restores.createForPointInTime({ backup, target, description });

/** Creates the snapshot's record as a commit does. */
async function commit(more: object = {}): Promise<void> {
  const { table, id } = backup;
  const record = {
    id,
    tableId: table.tableId,
    manifestSha256: '',
    oldestRun: id,
    internal: true,
    alive: true,
  };
  await rows.transact([{ Put: { Item: { ...keys.snapshot(table.name, id), ...record, ...more } } }]);
}

const snapshot = () => rows.get(keys.snapshot(backup.table.name, backup.id));

async function slots(): Promise<unknown> {
  return (await rows.get(keys.counter('running-restores')))?.['running'];
}

describe('a restore to a point in time', () => {
  it('has a record with the time of its content before its snapshot exists', async () => {
    const restore = await start();
    expect(restore).toMatchObject({
      pointInTime: true,
      contentTime: backup.asOf,
      backup: backup.id,
      status: 'RESTORING',
    });
    expect(await catalog.restores.get('target')).toEqual(restore);
    expect(await slots()).toEqual(new Set([restore.id]));
    expect(await snapshot()).toBeUndefined();
  });

  it('holds its snapshot once that exists, and a second call changes nothing', async () => {
    const restore = await start();
    expect(await catalog.restores.hold(restore)).toBe(false);
    await commit();
    expect(await catalog.restores.hold(restore)).toBe(true);
    expect(await catalog.restores.hold(restore)).toBe(true);
    expect((await snapshot())?.['restores']).toEqual(new Set([restore.id]));
  });

  it.each([{ alive: false }, { released: true }])('does not hold a snapshot that is %j', async (state) => {
    const restore = await start();
    await commit(state);
    expect(await catalog.restores.hold(restore)).toBe(false);
    expect(await snapshot()).not.toHaveProperty('restores');
  });

  it('does not hold its snapshot after it has ended, or when another execution owns it', async () => {
    await commit();
    const restore = await start();
    await catalog.restores.restart(restore);
    expect(await catalog.restores.hold(restore)).toBe(false);
    const restarted = { ...restore, attempts: 2 };
    await catalog.restores.end(restarted, 'FAILED');
    expect(await catalog.restores.hold(restarted)).toBe(false);
    expect(await snapshot()).not.toHaveProperty('restores');
  });
});

describe('a restore from a backup', () => {
  const create = (target: string) => catalog.restores.create({ backup, target, description });

  it('holds its snapshot', async () => {
    await commit();
    const { id } = await create('target');
    expect(await snapshot()).toMatchObject({ restores: new Set([id]) });
  });

  it('is refused while fifty others run', async () => {
    await commit();
    for (let i = 0; i < 50; i++) await create(`target-${i}`);
    await expect(create('one-more')).rejects.toMatchObject({ code: 'LimitExceeded' });
    expect(await slots()).toHaveProperty('size', 50);
  });
});

describe('a later restore to the same target', () => {
  it('is not changed by a step of the earlier restore', async () => {
    const earlier = await start();
    await catalog.restores.end(earlier, 'FAILED');
    const later = await start();
    await expect(catalog.restores.note(earlier, { importArn: 'arn' })).rejects.toMatchObject({
      code: 'TurnLost',
    });
    expect(await catalog.restores.get('target')).toEqual(later);
  });

  it('stays on the list of running restores when the earlier restore leaves the list of failed ones', async () => {
    const earlier = await start();
    await catalog.restores.end(earlier, 'FAILED');
    const later = await start();
    await catalog.restores.forget(earlier);
    expect(await catalog.restores.listRunning()).toEqual([later]);
  });
});

describe('the table of a restore', () => {
  it('is the first recorded one', async () => {
    const restore = await start();
    await catalog.restores.recordTargetTable(restore, 'first');
    await catalog.restores.recordTargetTable(restore, 'first');
    await expect(catalog.restores.recordTargetTable(restore, 'second')).rejects.toMatchObject({
      code: 'TargetTableLost',
    });
    expect(await catalog.restores.get('target')).toMatchObject({ targetTableId: 'first' });
  });
});

describe('a restore that ends', () => {
  it('releases its slot and its snapshot', async () => {
    const [restore, other] = [await start(), await start('other')];
    await commit();
    await catalog.restores.hold(restore);
    await catalog.restores.hold(other);
    await catalog.restores.end(restore, 'RESTORED');
    expect(await slots()).toEqual(new Set([other.id]));
    expect((await snapshot())?.['restores']).toEqual(new Set([other.id]));
    expect(await catalog.restores.listRunning()).toEqual([other]);
  });

  it('releases only its slot, and creates no snapshot record, if its snapshot was never made', async () => {
    await catalog.restores.end(await start(), 'FAILED', { reason: 'no content' });
    expect(await catalog.restores.get('target')).toMatchObject({ status: 'FAILED', reason: 'no content' });
    expect(await slots()).toBeUndefined();
    expect(await snapshot()).toBeUndefined();
  });

  it('releases a snapshot that is made and held at the same moment', async () => {
    const restore = await start();
    await endBetween(restore, 1, async () => {
      await commit();
      await catalog.restores.hold(restore);
    });
    expect((await catalog.restores.get('target'))?.status).toBe('FAILED');
    expect(await snapshot()).not.toHaveProperty('restores');
    expect(await slots()).toBeUndefined();
  });

  it('changes nothing if another execution owns the restore', async () => {
    const restore = await start();
    await catalog.restores.restart(restore);
    await catalog.restores.end(restore, 'FAILED');
    expect((await catalog.restores.get('target'))?.status).toBe('RESTORING');
    expect(await slots()).toEqual(new Set([restore.id]));
  });
});

/** Ends the restore. Before its transaction number `after` (from 0), runs another change. */
async function endBetween(
  restore: RestoreRecord,
  after: number,
  happens: () => Promise<void>,
): Promise<void> {
  let left = after;
  database.dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        if (commandName === 'TransactWriteItemsCommand' && left-- === 0) await happens();
        return next(call);
      },
    { step: 'initialize', name: 'between' },
  );
  await catalog.restores.end(restore, 'FAILED');
  database.dynamodb.middlewareStack.remove('between');
}

describe("the recorded fate of a failed restore's table", () => {
  it('is set at the end of the restore, and replaced by a later finding', async () => {
    const restore = await start();
    await catalog.restores.end(restore, 'FAILED', { targetFate: { kind: 'absent' } });
    expect(await catalog.restores.get('target')).toMatchObject({ targetFate: { kind: 'absent' } });
    const kept = { kind: 'kept', why: 'denied', error: 'no right' } as const;
    await catalog.restores.changeFate(restore, kept);
    expect(await catalog.restores.get('target')).toMatchObject({ status: 'FAILED', targetFate: kept });
  });

  it('is not set on a later restore into the same target', async () => {
    const restore = await start();
    await catalog.restores.end(restore, 'FAILED', { targetFate: { kind: 'absent' } });
    const later = await start();
    await catalog.restores.changeFate(restore, { kind: 'unseen', error: 'no right' });
    expect(await catalog.restores.get('target')).toEqual(later);
  });
});

describe('a note on a restore', () => {
  it('is added to the record, and replaces an earlier note', async () => {
    const restore = await start();
    await catalog.restores.note(restore, { way: 'import', why: 'it is large' });
    await catalog.restores.note(restore, { imported: { items: 1, bytes: 2 } });
    await catalog.restores.note(restore, { imported: { items: 3, bytes: 4 } });
    expect(await catalog.restores.get('target')).toEqual({
      ...restore,
      way: 'import',
      why: 'it is large',
      imported: { items: 3, bytes: 4 },
    });
  });

  it('is refused to an execution that has lost the restore, and after the restore’s end', async () => {
    const restore = await start();
    await catalog.restores.restart(restore);
    const lost = { code: 'TurnLost' };
    await expect(catalog.restores.note(restore, { importArn: 'arn' })).rejects.toMatchObject(lost);
    const restarted = { ...restore, attempts: 2 };
    await catalog.restores.end(restarted, 'FAILED');
    await expect(catalog.restores.note(restarted, { importArn: 'arn' })).rejects.toMatchObject(lost);
    expect(await catalog.restores.get('target')).not.toHaveProperty('importArn');
  });
});

describe('of two calls that settle and abandon a restore, the first one counts', () => {
  it('a settled restore cannot be abandoned', async () => {
    const restore = await start();
    await catalog.restores.note(restore, { settled: true });
    expect(await catalog.restores.abandon(restore, 'given up')).toBe(false);
    expect(await catalog.restores.get('target')).toEqual({ ...restore, settled: true });
  });

  it('an abandoned restore cannot be settled', async () => {
    const restore = await start();
    expect(await catalog.restores.abandon(restore, 'given up')).toBe(true);
    expect(await catalog.restores.abandon(restore, 'again')).toBe(true);
    await expect(catalog.restores.note(restore, { settled: true })).rejects.toMatchObject({
      code: 'TurnLost',
    });
    expect(await catalog.restores.get('target')).toEqual({ ...restore, abandoned: 'given up' });
  });
});
