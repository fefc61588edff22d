import { beforeAll, describe, expect, test } from 'vitest';
import { backUpWith, useDeployment } from '../../../support/wire/deployment.ts';
import { expectError, expectNoFault, type Json } from '../../../support/wire/http.ts';
import {
  fill,
  globalIndexes,
  provisioned,
  sorted,
  throughput,
  withLocalIndex,
} from '../../../support/wire/indexed-tables.ts';
import { eventually, type Wire } from '../../../support/wire/support.ts';

const { wire, harness, reconfigure } = useDeployment({ config: { base: 'scan' } });
let importing: Wire;
beforeAll(async () => {
  importing = await reconfigure({ config: { restoreBy: 'import' } });
});

describe('a dry run of a restore', () => {
  const dryRun = { TidemarkOptions: { DryRun: true } };

  test('returns the planned table and its estimate, and makes nothing', async () => {
    const table = await wire.createTable('tried', provisioned);
    await fill(wire, table, 0, 10);
    const { arn } = await backUpWith(wire, table);
    const target = wire.uniqueName('tried-x');
    const objects = async () => {
      const keys: string[] = [];
      for (const folder of ['staging', 'tables']) {
        for await (const { key } of harness().store.list(folder)) keys.push(key);
      }
      return keys.toSorted();
    };
    const before = [await objects(), await wire.ok('ListTables', {})];
    const overrides = { BillingModeOverride: 'PAY_PER_REQUEST', ...dryRun };
    const { status, json } = await wire.restore(arn, target, overrides);
    expect([status, json['TableDescription']]).toMatchObject([
      200,
      {
        TableName: target,
        KeySchema: sorted.KeySchema,
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
        Tidemark: { Estimate: (await wire.ok('EstimateRestore', { BackupArn: arn }))['Estimate'] },
      },
    ]);
    expect([await objects(), await wire.ok('ListTables', {})]).toEqual(before);
    expectError(await wire.call('DescribeTable', { TableName: target }), 'ResourceNotFoundException');
    expect(await harness().services.catalog.restores.get(target)).toBeUndefined();
    // The dry run reserves neither the backup nor the name.
    await wire.restoreTable(arn, 'tried-x');
    await eventually(async () => (await wire.call('DeleteBackup', { BackupArn: arn })).status === 200);
  });

  test('makes all checks of a restore', async () => {
    const table = await wire.createTable('checked');
    const { arn } = await backUpWith(wire, table);
    const unknown = arn.replace(/.{8}$/, '00000000');
    const x = wire.uniqueName('checked-x');
    expectError(
      await wire.restore(arn, table, dryRun),
      'TableAlreadyExistsException',
      `Table already exists: ${table}`,
    );
    expectError(
      await wire.restore(unknown, x, dryRun),
      'BackupNotFoundException',
      `Backup not found: ${unknown}`,
    );
    expectError(await wire.restore(arn, 'x', dryRun), 'ValidationException', /targetTableName/);
    expectError(
      await wire.restore(arn, x, { ...dryRun, ProvisionedThroughputOverride: throughput }),
      'ValidationException',
      /^Invalid Request: Cannot override ProvisionedThroughput /,
    );
    expectError(
      await wire.restore(arn, x, { ...dryRun, GlobalSecondaryIndexOverride: [globalIndexes[0]] }),
      'ValidationException',
      /^Invalid Request: Index by-other does not match a secondary index/,
    );
    const early = await wire.createBackup(table);
    const answer = await wire.restore(early, x, dryRun);
    expectNoFault(answer, 'a backup that is being made');
    await wire.waitUntilAvailable(early);
  });

  test('is refused while another restore into that name is running', async () => {
    const table = await wire.createTable('taken');
    await wire.fill(table, 100);
    const { arn } = await backUpWith(wire, table);
    const target = wire.uniqueName('taken-x');
    await wire.restore(arn, target);
    expectError(await wire.restore(arn, target, dryRun), 'TableInUseException|TableAlreadyExistsException');
    await wire.waitUntilActive(target);
  });

  test.each([[1], [[]], [{}]])('is refused if DryRun is not a boolean: %j', async (DryRun) => {
    const answer = await wire.restore(
      'arn:aws:dynamodb:us-east-1:111122223333:table/any/backup/01576616366715-b4e58d3a',
      wire.uniqueName('any'),
      { TidemarkOptions: { DryRun } },
    );
    expectError(answer, 'SerializationException');
  });

  test('chooses the import if an override removes the local indexes', async () => {
    const table = await wire.createTable('dry-local', withLocalIndex);
    await fill(wire, table, 0, 3);
    const { arn } = await backUpWith(wire, table);
    const choice = async (more: Json) => {
      const { json } = await importing.restore(arn, wire.uniqueName('dry-local-x'), { ...dryRun, ...more });
      return (json['TableDescription'] as Json)['Tidemark'];
    };
    expect(await choice({})).toMatchObject({ Estimate: { Choice: { Way: 'WRITES' } } });
    expect(await choice({ LocalSecondaryIndexOverride: [] })).toMatchObject({
      Estimate: { Choice: { Way: 'IMPORT' } },
    });
  });
});
