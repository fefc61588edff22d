import { describe, expect, test } from 'vitest';
import { forgetDeleted } from '../../../local/guard/forget-deleted.ts';
import { fakeOperations } from '../../dialects/dynamodb/fakes.ts';

const table = 'Music';
const calls = {
  createBackup: { table, name: 'late' },
  describeContinuousBackups: { table },
  updateContinuousBackups: { table, specification: { enabled: true } },
  restoreToPointInTime: { table, target: 'Copy', overrides: {} },
};

describe('while the deletion of a table waits, the table', () => {
  test.each([
    ['createBackup', 1600],
    ['describeContinuousBackups', 1000],
    ['updateContinuousBackups', 1000],
    ['restoreToPointInTime', 1000],
  ] as const)('is known to %s for %i ms after DeleteTable, as DynamoDB knows it', async (name, limit) => {
    let waited = limit;
    const operations = fakeOperations();
    const guarded = forgetDeleted(operations, { waitedMs: () => waited });
    const call = () => (guarded[name] as (input: object) => Promise<unknown>)(calls[name]);
    await call();
    expect(operations[name]).toHaveBeenCalledExactlyOnceWith(calls[name]);
    waited = limit + 1;
    await expect(call()).rejects.toMatchObject({
      code: 'TableNotFound',
      message: 'Table not found: Music',
    });
    expect(operations[name]).toHaveBeenCalledOnce();
  });
});
