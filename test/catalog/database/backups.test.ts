import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { CatalogTable } from '../../../lambda/catalog/catalog-table.ts';
import { markerOf } from '../../../lambda/model/ids.ts';
import { newBackup } from '../../support/catalog/new-backup.ts';
import { useCatalog } from '../../support/catalog/use-catalog.ts';

const used = useCatalog();

describe('a new backup', () => {
  it('has a later marker than every earlier one of its table, even within one millisecond', async () => {
    const table = `table-${randomUUID()}`;
    const now = Date.now() + 1_000_000;
    const request = { ...newBackup(table), notBefore: now };
    const made = await Promise.all([1, 2, 3].map(() => used.catalog.backups.create(request)));
    const markers = made.map(({ backup }) => markerOf(backup.id)).toSorted((a, b) => a - b);
    expect(markers).toEqual([now, now + 1, now + 2]);
  });

  it('is the first request’s backup if the request is repeated', async () => {
    const request = { ...newBackup(`table-${randomUUID()}`), requestKey: randomUUID() };
    const { backup } = await used.catalog.backups.create(request);
    expect(await used.catalog.backups.create(request)).toEqual({ backup, isNew: false });
  });
});

it('a backup that is deleted during the search for it is found', async () => {
  const { table, older } = await used.makeTwo();
  const backup = await used.getBackup(table, older);
  const get = Reflect.get(CatalogTable.prototype, 'get');
  vi.spyOn(CatalogTable.prototype, 'get').mockImplementationOnce(async function (this: CatalogTable, key) {
    const row = await get.call(this, key);
    await used.catalog.snapshots.deleteBackup(backup);
    return row;
  });
  expect(await used.catalog.backups.get({ table, id: older })).toMatchObject({ id: older });
});

describe('a list of backups', () => {
  it('leaves out internal backups, for one table and for all', async () => {
    const table = `table-${randomUUID()}`;
    const { backup } = await used.catalog.backups.create(newBackup(table));
    const { backup: internal } = await used.catalog.backups.create({ ...newBackup(table), internal: true });
    for (const of of [{ table }, {}]) {
      const { backups } = await used.catalog.backups.list({ ...of, limit: 1000 });
      const ids = new Set(backups.map(({ id }) => id));
      expect([ids.has(backup.id), ids.has(internal.id)]).toEqual([true, false]);
    }
  });

  it('is read to its end, however small DynamoDB’s pages are', async () => {
    const table = `table-${randomUUID()}`;
    for (let i = 0; i < 5; i++) await used.catalog.backups.create(newBackup(table));
    const { middlewareStack } = used.database.dynamodb;
    middlewareStack.add((next) => (call) => next({ ...call, input: limitPages(call.input) }), {
      step: 'initialize',
      name: 'limitPages',
    });
    onTestFinished(() => {
      middlewareStack.remove('limitPages');
    });
    expect((await used.catalog.backups.list({ table, limit: 5 })).backups).toHaveLength(5);
  });
});

function limitPages(input: object): object {
  return 'KeyConditionExpression' in input ? { ...input, Limit: 2 } : input;
}

it('a native backup keeps the ARN that was recorded first', async () => {
  const request = { ...newBackup(`table-${randomUUID()}`), source: 'native' as const };
  const { backup } = await used.catalog.backups.create(request);
  await used.catalog.natives.adopt(backup, 'first');
  await used.catalog.natives.adopt(backup, 'second');
  expect(await used.getBackup(backup.table.name, backup.id)).toMatchObject({ nativeArn: 'first' });
});
