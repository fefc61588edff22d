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

const throwing = (error: Error) => async (): Promise<never> => {
  throw error;
};

const checkWith = (describe: () => Promise<{ enabled: boolean }>) =>
  checkSource(
    {
      config: defaultConfig,
      recovery: { describe, update: describe },
    },
    table,
    undefined,
    undefined,
  );

const errorNamed = (name: string) => Object.assign(new Error('Rate exceeded'), { name });

describe('checkSource for a table without a stream', () => {
  it('throws ContinuousBackupsUnavailable if recovery is disabled, and passes if it is enabled', async () => {
    await expect(checkWith(async () => ({ enabled: false }))).rejects.toMatchObject({
      code: 'ContinuousBackupsUnavailable',
    });
    await expect(checkWith(async () => ({ enabled: true }))).resolves.toBeUndefined();
  });

  it.each([
    errorNamed('ThrottlingException'),
    errorNamed('RequestLimitExceeded'),
    errorNamed('LimitExceededException'),
    new TidemarkError('LimitExceeded', 'Rate exceeded'),
  ])('leaves the check to the execution when DynamoDB is too busy to answer: %s', async (error) => {
    await expect(checkWith(throwing(error))).resolves.toBeUndefined();
  });

  it('throws any other error of DynamoDB', async () => {
    const error = errorNamed('InternalServerError');
    await expect(checkWith(throwing(error))).rejects.toBe(error);
  });
});
