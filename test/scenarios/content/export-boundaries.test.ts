import { describe, expect, it } from 'vitest';
import { useExports } from '../../support/use-exports.ts';
import { putItems, shape } from '../../support/fixture.ts';
import { deleteItem, nthKey, putItem } from '../../support/tables.ts';

const world = useExports();
const { start, backUp, change, readContent, expectContent, passSeconds, beginSecond } = world;

describe('a write near the boundary of an export', () => {
  const passing = { value: { S: 'comes and goes' } };

  it('is undone by the stream that continues the export if it came after the next backup’s marker', async () => {
    await start();
    const { database, exports, harness, table } = world;
    // As when recovery is enabled for a request: the first time that can be exported is later than the request.
    passSeconds();
    exports.since = Math.ceil(harness.services.clock.now() / 1000) * 1000 + 3000;
    const content = await readContent();
    const request = () => harness.operations.createBackup({ table, name: 'backup' });
    const [{ id: one }, { id: two }] = [await request(), await request()];
    beginSecond();
    await putItem(database.dynamodb, table, { ...nthKey(shape, 200), ...passing });
    await putItems(database, table, 1, 2);
    await harness.executions.idle();
    const increment = await harness.operations.describeBackup({ table, id: two });
    expect(increment).toMatchObject({ source: 'stream', parent: one });
    await expectContent(increment, content);
    await deleteItem(database.dynamodb, table, nthKey(shape, 200));
    const last = await backUp();
    expect(last).toMatchObject({ source: 'stream', parent: two });
    await expectContent(last, await readContent());
  });

  it('is in no backup by the next export if its item was created within the first export’s second and then deleted', async () => {
    await start();
    const { database, harness, table } = world;
    const { id: one } = await harness.operations.createBackup({ table, name: 'backup', source: 'export' });
    beginSecond();
    await putItem(database.dynamodb, table, { ...nthKey(shape, 200), ...passing });
    await harness.executions.idle();
    passSeconds();
    await deleteItem(database.dynamodb, table, nthKey(shape, 200));
    const content = await readContent();
    const next = await backUp('export');
    expect(next).toMatchObject({ source: 'export', parent: one });
    await expectContent(next, content);
  });
});

it('backups that are requested within one second share one export', async () => {
  await start();
  const { harness, table } = world;
  beginSecond();
  const request = () => harness.operations.createBackup({ table, name: 'backup', source: 'export' });
  const [{ id: one }, { id: two }] = [await request(), await request()];
  await harness.executions.idle();
  const second = await harness.operations.describeBackup({ table, id: two });
  expect(second).toMatchObject({ source: 'export', kind: 'incremental', parent: one });
  expect(second.figures).toMatchObject({ copiedBytes: 0 });
  await expectContent(second, await readContent());
  passSeconds();
  await change();
  const content = await readContent();
  const third = await backUp('export');
  expect(third).toMatchObject({ source: 'export', parent: two });
  await expectContent(third, content);
});
