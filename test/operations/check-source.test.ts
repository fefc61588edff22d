import { describe, expect, it } from 'vitest';
import { createBackupId } from '../../lambda/model/ids.ts';
import type { Head, Source } from '../../lambda/model/records.ts';
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

const noRecovery = { describe: throwing(new Error('not asked')), update: throwing(new Error('not asked')) };

const checkWith = (describe: () => Promise<{ enabled: boolean }>) =>
  checkSource(
    {
      config: defaultConfig,
      recovery: { describe, update: describe },
    },
    table,
    undefined,
    {},
  );

const errorNamed = (name: string) => Object.assign(new Error('Rate exceeded'), { name });

describe('checkSource for a table that is being deleted', () => {
  const deleting: Table = { ...table, status: 'DELETING', streamArn: `${table.identity.arn}/stream/1` };
  const head = { tableId: '1', snapshot: createBackupId(1_700_000_000_000, '00000000'), marker: 1 };
  const check = (...[of, known, source]: [Table, Head | undefined, Source?]) =>
    checkSource({ config: defaultConfig, recovery: noRecovery }, of, known, { ...(source && { source }) });

  it('passes while its stream continues an earlier backup', async () => {
    await expect(check(deleting, head)).resolves.toBeUndefined();
    await expect(check(deleting, head, 'stream')).resolves.toBeUndefined();
  });

  it.each<[string, Table, Head | undefined, Source?]>([
    ['without an earlier backup', deleting, undefined],
    ['with a backup of an earlier table of its name alone', deleting, { ...head, tableId: '2' }],
    ['without a stream', { ...table, status: 'DELETING' }, head],
    ['for an export', deleting, head, 'export'],
    ['for a scan', deleting, head, 'scan'],
  ])('throws TableInUse %s', async (_, ...asked) => {
    await expect(check(...asked)).rejects.toMatchObject({
      code: 'TableInUse',
      message: 'Table is being deleted: orders',
    });
  });
});

describe('checkSource for a table that is being changed, as by a change of its stream', () => {
  it('passes while the table is UPDATING, as with DynamoDB', async () => {
    const updating: Table = { ...table, status: 'UPDATING', streamArn: `${table.identity.arn}/stream/1` };
    const services = { config: { ...defaultConfig, base: 'scan' as const }, recovery: noRecovery };
    await expect(checkSource(services, updating, undefined, {})).resolves.toBeUndefined();
  });
});

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
  ])('leaves the check to the execution if DynamoDB throttles it: %s', async (error) => {
    await expect(checkWith(throwing(error))).resolves.toBeUndefined();
  });

  it('throws any other error of DynamoDB', async () => {
    const error = errorNamed('InternalServerError');
    await expect(checkWith(throwing(error))).rejects.toBe(error);
  });
});
