import { describe, expect, it } from 'vitest';
import { checkSource } from '../../lambda/operations/check-source.ts';
import { defaultConfig } from '../../lambda/services/config.ts';
import { TidemarkError } from '../../lambda/runtime/errors.ts';
import type { Table } from '../../lambda/tables/table.ts';

const table = {
  identity: { name: 'orders', arn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders', tableId: '1' },
  description: {},
  status: 'ACTIVE',
} as Table;

const refusing = (error: Error) => async (): Promise<never> => {
  throw error;
};

const checkedWith = (describe: () => Promise<{ enabled: boolean }>) =>
  checkSource(
    {
      config: defaultConfig,
      recovery: { describe } as unknown as Parameters<typeof checkSource>[0]['recovery'],
    },
    table,
    undefined,
    undefined,
  );

const named = (name: string) => Object.assign(new Error('Rate exceeded'), { name });

describe('a table that is to be exported', () => {
  it('is refused at once if its recovery is known to be off', async () => {
    await expect(checkedWith(async () => ({ enabled: false }))).rejects.toMatchObject({
      code: 'ContinuousBackupsUnavailable',
    });
    await expect(checkedWith(async () => ({ enabled: true }))).resolves.toBeUndefined();
  });

  it.each([
    named('ThrottlingException'),
    named('RequestLimitExceeded'),
    named('LimitExceededException'),
    new TidemarkError('LimitExceeded', 'Rate exceeded'),
  ])('is left to the workflow where DynamoDB has no room for the question: %s', async (error) => {
    await expect(checkedWith(refusing(error))).resolves.toBeUndefined();
  });

  it('is refused with any other error of the question', async () => {
    const error = named('InternalServerError');
    await expect(checkedWith(refusing(error))).rejects.toBe(error);
  });
});
