import { beforeAll, describe, expect, test } from 'vitest';
import { backUpWith, useDeployment, countImports, readItems } from '../../../support/wire/deployment.ts';
import type { Json } from '../../../support/wire/http.ts';
import {
  describeShape,
  fill,
  globalIndexes,
  provisioned,
  sorted,
  withLocalIndex,
} from '../../../support/wire/indexed-tables.ts';
import { simpleTable, type Wire } from '../../../support/wire/support.ts';

const { wire, harness, reconfigure } = useDeployment({ config: { base: 'scan' } });
let importing: Wire;
beforeAll(async () => {
  importing = await reconfigure({ config: { restoreBy: 'import' } });
});

/** Kinds of tables that both ways of restoring must make alike, by name. */
const kinds: Record<string, Json> = {
  plain: {},
  provisioned,
  'with a local index': withLocalIndex,
  'on demand with an index': {
    ...sorted,
    GlobalSecondaryIndexes: globalIndexes.map((index) => ({ ...index, ProvisionedThroughput: undefined })),
  },
};

const keyOf = (n: number, hasSort: boolean) => ({
  id: { S: `item-${n % 7}` },
  ...(hasSort && { sort: { B: Buffer.from([0, n]).toString('base64') } }),
});

describe('a restore by import and a restore by writes', () => {
  test.each(Object.entries(kinds))('make the same table: %s', async (kind, more) => {
    const name = kind.replaceAll(' ', '-');
    const hasSort = 'KeySchema' in more;
    const table = await wire.createTable(name, more);
    await fill(wire, table, 0, 30);
    await backUpWith(wire, table);
    await fill(wire, table, 3, 9, 'changed');
    for (const n of [5, 12]) await wire.ok('DeleteItem', { TableName: table, Key: keyOf(n, hasSort) });
    const { arn, made } = await backUpWith(wire, table);
    const items = await readItems(wire, table);
    expect(made).toHaveProperty('Parent');
    const [written, imported] = await Promise.all([
      wire.restoreTable(arn, `${name}-written`),
      importing.restoreTable(arn, `${name}-imported`),
    ]);
    const hasLocal = 'LocalSecondaryIndexes' in more;
    expect([await countImports(harness(), written), await countImports(harness(), imported)]).toEqual([
      0,
      hasLocal ? 0 : 1,
    ]);
    const { StreamSpecification, ...source } = await describeShape(wire, table);
    expect(StreamSpecification).toMatchObject({ StreamEnabled: true });
    expect(await describeShape(wire, imported)).toEqual(await describeShape(wire, written));
    expect(await describeShape(wire, imported)).toMatchObject(source);
    expect(await readItems(wire, written)).toEqual(items);
    expect(await readItems(wire, imported)).toEqual(items);
  });

  test('make the same table with the overrides and kept settings of the request', async () => {
    const table = await wire.createTable('overridden', provisioned);
    await fill(wire, table, 0, 10);
    const { arn } = await backUpWith(wire, table);
    const [second] = globalIndexes.slice(1);
    const overrides = {
      GlobalSecondaryIndexOverride: [{ ...second, IndexName: 'renamed' }],
      ProvisionedThroughputOverride: { ReadCapacityUnits: 7, WriteCapacityUnits: 8 },
      TidemarkOptions: { Keep: ['STREAM'] },
    };
    const written = await wire.restoreTable(arn, 'overridden-written', overrides);
    const imported = await importing.restoreTable(arn, 'overridden-imported', overrides);
    expect(await countImports(harness(), imported)).toBe(1);
    expect(await describeShape(wire, imported)).toEqual(await describeShape(wire, written));
    expect(await describeShape(wire, imported)).toMatchObject({
      GlobalSecondaryIndexes: [{ IndexName: 'renamed' }],
      ProvisionedThroughput: overrides.ProvisionedThroughputOverride,
      StreamSpecification: simpleTable.StreamSpecification,
    });
    const onDemand = { BillingModeOverride: 'PAY_PER_REQUEST', LocalSecondaryIndexOverride: [] };
    const free = await importing.restoreTable(arn, 'overridden-free', onDemand);
    expect(await describeShape(wire, free)).toMatchObject({
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      GlobalSecondaryIndexes: expect.arrayContaining([expect.anything(), expect.anything()]),
    });
  });

  test('restore all settings that the request keeps, and none without `Keep`', async () => {
    const table = await wire.createTable('settings', { DeletionProtectionEnabled: true });
    await wire.fill(table, 3);
    const TimeToLiveSpecification = { AttributeName: 'expires', Enabled: true };
    await wire.ok('UpdateTimeToLive', { TableName: table, TimeToLiveSpecification });
    const { arn } = await backUpWith(wire, table);
    const Keep = ['STREAM', 'TIME_TO_LIVE', 'TABLE_CLASS', 'DELETION_PROTECTION'];
    for (const [name, way] of Object.entries({ written: wire, imported: importing })) {
      const kept = await way.restoreTable(arn, `settings-${name}-kept`, { TidemarkOptions: { Keep } });
      const bare = await way.restoreTable(arn, `settings-${name}-bare`);
      const timeToLive = async (TableName: string) =>
        (await wire.ok('DescribeTimeToLive', { TableName }))['TimeToLiveDescription'];
      expect([await describeShape(wire, kept), await timeToLive(kept)]).toMatchObject([
        { DeletionProtectionEnabled: true, StreamSpecification: simpleTable.StreamSpecification },
        { TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' },
      ]);
      expect([
        (await describeShape(wire, bare))['DeletionProtectionEnabled'],
        await timeToLive(bare),
      ]).toMatchObject([false, { TimeToLiveStatus: 'DISABLED' }]);
      expect(await wire.waitUntilActive(bare)).not.toHaveProperty('LatestStreamArn');
    }
  });

  test('make an empty table when all items were deleted since the first backup', async () => {
    const table = await wire.createTable('all-deleted');
    await wire.fill(table, 5);
    await backUpWith(wire, table);
    for (let n = 0; n < 5; n++) await wire.removeItem(table, n);
    const { arn, made } = await backUpWith(wire, table);
    expect(made).toMatchObject({ Figures: { Items: 0, Bytes: 0 } });
    expect(await readItems(wire, await wire.restoreTable(arn, 'all-deleted-written'))).toEqual([]);
    expect(await readItems(wire, await importing.restoreTable(arn, 'all-deleted-imported'))).toEqual([]);
  });
});
