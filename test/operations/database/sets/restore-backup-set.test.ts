import { describe, expect, it } from 'vitest';
import type { BackupSet } from '../../../../lambda/model/sets.ts';
import { createFilledTable, putItems, recordOf } from '../../../support/fixture.ts';
import { readTableContent } from '../../../support/tables.ts';
import { useTidemark } from '../../../support/use-tidemark.ts';

const world = useTidemark({ items: 8 });

const code = (expected: string) => expect.objectContaining({ code: expected });

async function createSet(tables: readonly string[]): Promise<BackupSet> {
  const { operations, executions } = world.harness;
  const { set } = await operations.createBackupSet({ name: 'nightly', tables });
  await executions.idle();
  return operations.describeBackupSet(set);
}

const copyOf = (table: string) => ({ table, target: `${table}-copy` });

describe('restoreBackupSet', () => {
  it('restores the tables of a set to their content at its marker', async () => {
    const tables = [world.table, await createFilledTable(world.database, 5)];
    const { database, harness } = world;
    const contents = await Promise.all(tables.map((table) => readTableContent(database.dynamodb, table)));
    const set = await createSet(tables);
    for (const table of tables) await putItems(database, table, 0, 3);
    const restored = await harness.operations.restoreBackupSet({ ...set, targets: tables.map(copyOf) });
    expect(restored).toMatchObject(tables.map((table) => ({ ...copyOf(table), started: { restore: {} } })));
    await harness.executions.idle();
    for (const [i, table] of tables.entries()) {
      expect(await readTableContent(database.dynamodb, copyOf(table).target)).toEqual(contents[i]);
    }
  });

  it('starts no restore if one of the target names is taken', async () => {
    const other = await createFilledTable(world.database, 5);
    const set = await createSet([world.table, other]);
    const targets = [copyOf(world.table), { table: other, target: world.table }];
    const { operations, services } = world.harness;
    await expect(operations.restoreBackupSet({ ...set, targets })).rejects.toEqual(
      code('TableAlreadyExists'),
    );
    expect(await services.catalog.restores.get(copyOf(world.table).target)).toBeUndefined();
  });

  it('returns the first request’s restores to a repeat with its key', async () => {
    const set = await createSet([world.table]);
    const input = { ...set, targets: [copyOf(world.table)], requestKey: 'key' };
    const { operations, executions } = world.harness;
    const first = await operations.restoreBackupSet(input);
    const again = await operations.restoreBackupSet(input);
    const idsOf = (restored: typeof first) =>
      restored.map((each) => 'started' in each && recordOf(each.started).id);
    expect(idsOf(again)).toEqual(idsOf(first));
    await executions.idle();
    await expect(operations.restoreBackupSet({ ...input, requestKey: 'other' })).rejects.toEqual(
      code('TableAlreadyExists'),
    );
  });

  it('reports the restores that could not start, and a repeat starts them', async () => {
    const other = await createFilledTable(world.database, 5);
    const set = await createSet([world.table, other]);
    const stopped = world.harness.restart();
    stopped.executions.stop();
    const { restores } = stopped.services.catalog;
    const create = restores.create.bind(restores);
    const { TidemarkError } = await import('../../../../lambda/runtime/errors.ts');
    restores.create = (request) =>
      request.target === copyOf(other).target
        ? Promise.reject(new TidemarkError('LimitExceeded', 'too many'))
        : create(request);
    const input = { ...set, targets: [copyOf(world.table), copyOf(other)], requestKey: 'key' };
    expect(await stopped.operations.restoreBackupSet(input)).toMatchObject([
      { table: world.table, started: {} },
      { table: other, error: { code: 'LimitExceeded' } },
    ]);
    expect(await world.harness.operations.restoreBackupSet(input)).toMatchObject([
      { table: world.table, started: {} },
      { table: other, started: {} },
    ]);
  });

  it.each([
    ['a table that is not in it', [{ table: 'another', target: 'copy' }], 'BackupNotFound'],
    ['a table that failed', [{ table: 'no-such-table', target: 'copy' }], 'BackupNotFound'],
    [
      'one name for two tables',
      [
        { table: 'a', target: 'copy' },
        { table: 'b', target: 'copy' },
      ],
      'Validation',
    ],
    [
      'one table twice',
      [
        { table: 'a', target: 'copy' },
        { table: 'a', target: 'copy-2' },
      ],
      'Validation',
    ],
  ])('refuses %s', async (_what, targets, expected) => {
    const set = await createSet([world.table, 'no-such-table']);
    await expect(world.harness.operations.restoreBackupSet({ ...set, targets })).rejects.toEqual(
      code(expected),
    );
  });

  it('throws BackupNotAvailable while the set is being made', async () => {
    const stopped = world.harness.restart();
    stopped.executions.stop();
    const { set } = await stopped.operations.createBackupSet({ name: 'nightly', tables: [world.table] });
    const targets = [copyOf(world.table)];
    await expect(stopped.operations.restoreBackupSet({ ...set, targets })).rejects.toEqual(
      code('BackupNotAvailable'),
    );
  });
});
