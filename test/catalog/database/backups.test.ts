import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { CatalogTable } from '../../../lambda/catalog/catalog-table.ts';
import { markerOf } from '../../../lambda/model/ids.ts';
import { newBackup } from '../../support/catalog/new-backup.ts';
import { useCatalog } from '../../support/catalog/use-catalog.ts';

const used = useCatalog();

describe('a new backup', () => {
  it('has a later marker than every earlier one of its table, even in one millisecond', async () => {
    const table = `table-${randomUUID()}`;
    const now = Date.now() + 1_000_000;
    const request = { ...newBackup(table), notBefore: now };
    const made = await Promise.all([1, 2, 3].map(() => used.catalog.backups.create(request)));
    const markers = made.map(({ backup }) => markerOf(backup.id)).toSorted((a, b) => a - b);
    expect(markers).toEqual([now, now + 1, now + 2]);
  });

  it('is the one of the first request if the request is repeated', async () => {
    const request = { ...newBackup(`table-${randomUUID()}`), requestKey: randomUUID() };
    const { backup } = await used.catalog.backups.create(request);
    expect(await used.catalog.backups.create(request)).toEqual({ backup, isNew: false });
  });
});

it('a backup that is deleted while it is looked for is found', async () => {
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
