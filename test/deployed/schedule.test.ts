import { expect, test } from 'vitest';
import { createTable, readRestored, waitFor, wire } from './deployment.ts';

test('a schedule requests a backup of every table that matches its pattern, at each of its times', async () => {
  // The schedule is for deployed-scheduled-*, every minute.
  const table = await createTable('scheduled-');
  await wire.fill(table, 10);
  const content = await wire.readContent(table);
  const second = await waitFor(async () => {
    const { arns } = await wire.list({ TableName: table });
    return arns.length >= 2 && arns;
  });
  const [first = '', last = ''] = second;
  const made = [await wire.waitUntilAvailable(first), await wire.waitUntilAvailable(last)];
  expect(made).toMatchObject([
    { BackupName: 'often', Tidemark: { RequestedBy: 'schedule/often', Source: 'SCAN' } },
    { BackupName: 'often', Tidemark: { RequestedBy: 'schedule/often', Source: 'STREAM' } },
  ]);
  // It says `keepDays: 3`.
  const [days] = made.map(
    ({ BackupCreationDateTime, BackupExpiryDateTime }) =>
      (Number(BackupExpiryDateTime) - Number(BackupCreationDateTime)) / 86_400,
  );
  expect(days).toBeCloseTo(3, 2);
  expect(await readRestored(last)).toEqual(content);
});
