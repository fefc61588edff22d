import { describe, expect, it } from 'vitest';
import { exporting, secondBegins, secondsPass } from '../../support/exporting.ts';
import { putItems, shape } from '../../support/fixture.ts';
import { deleteItem, nthKey, putItem } from '../../support/tables.ts';

const world = exporting();
const { started, backUp, change, contentNow, expectContent } = world;

describe('what an export and its neighbour might both tell of, or neither', () => {
  const passing = { value: { S: 'comes and goes' } };

  it('by the stream behind it: an export that holds what came after the next marker is put back to that', async () => {
    await started();
    const { database, exports, harness, table } = world;
    // As where recovery is switched on for a request: the first time that can be exported is later than the request.
    await secondsPass();
    exports.since = Math.ceil(Date.now() / 1000) * 1000 + 3000;
    const content = await contentNow();
    const request = () => harness.operations.createBackup({ table, name: 'backup' });
    const [{ id: one }, { id: two }] = [await request(), await request()];
    await secondBegins();
    await putItem(database.dynamodb, table, { ...nthKey(shape, 200), ...passing });
    await putItems(database, table, 1, 2);
    await harness.executions.idle();
    const increment = await harness.operations.describeBackup({ table, id: two });
    expect(increment).toMatchObject({ source: 'stream', parent: one });
    await expectContent(increment, content);
    await deleteItem(database.dynamodb, table, nthKey(shape, 200));
    const last = await backUp();
    expect(last).toMatchObject({ source: 'stream', parent: two });
    await expectContent(last, await contentNow());
  });

  it('by the next export: what came in the second of the first one, and went', async () => {
    await started();
    const { database, harness, table } = world;
    const { id: one } = await harness.operations.createBackup({ table, name: 'backup', source: 'export' });
    await secondBegins();
    await putItem(database.dynamodb, table, { ...nthKey(shape, 200), ...passing });
    await harness.executions.idle();
    await secondsPass();
    await deleteItem(database.dynamodb, table, nthKey(shape, 200));
    const content = await contentNow();
    const next = await backUp('export');
    expect(next).toMatchObject({ source: 'export', parent: one });
    await expectContent(next, content);
  });
});

it('requests for the same time have one export between them', async () => {
  await started();
  const { harness, table } = world;
  await secondBegins();
  const request = () => harness.operations.createBackup({ table, name: 'backup', source: 'export' });
  const [{ id: one }, { id: two }] = [await request(), await request()];
  await harness.executions.idle();
  const second = await harness.operations.describeBackup({ table, id: two });
  expect(second).toMatchObject({ source: 'export', kind: 'incremental', parent: one });
  expect(second.figures).toMatchObject({ copiedBytes: 0 });
  await expectContent(second, await contentNow());
  await secondsPass();
  await change();
  const content = await contentNow();
  const third = await backUp('export');
  expect(third).toMatchObject({ source: 'export', parent: two });
  await expectContent(third, content);
});
