import { ListImportsCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import { backupBy, deployment, itemsOf } from './deployment.ts';
import { expectError, expectNoFault, type Json, send, headersOf } from './http.ts';
import { embeddedWire, eventually, simpleTable, type Wire } from './support.ts';

const { wire, harness, reconfigured } = deployment({ config: { base: 'scan' } });
const embedded = embeddedWire();
let importing: Wire;
let auto: Wire;

beforeAll(async () => {
  importing = await reconfigured({ config: { restoreBy: 'import' } });
  auto = await reconfigured({ config: { restoreBy: 'auto' } });
});

const gibibyte = 2 ** 30;
/** USD, docs/costs.md. */
const importedGigabyte = 0.15;
const writeUnit = 0.625e-6;

const attributes = (...names: string[]) =>
  names.map((name) => ({ AttributeName: name.split(':')[0], AttributeType: name.split(':')[1] ?? 'S' }));

const throughput = { ReadCapacityUnits: 3, WriteCapacityUnits: 4 };
const globalIndexes = [
  {
    IndexName: 'by-other',
    KeySchema: [
      { AttributeName: 'other', KeyType: 'HASH' },
      { AttributeName: 'rank', KeyType: 'RANGE' },
    ],
    Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['note'] },
    ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 2 },
  },
  {
    IndexName: 'by-sort',
    KeySchema: [{ AttributeName: 'sort', KeyType: 'HASH' }],
    Projection: { ProjectionType: 'ALL' },
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
  },
];
const localIndex = {
  IndexName: 'local',
  KeySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'other', KeyType: 'RANGE' },
  ],
  Projection: { ProjectionType: 'KEYS_ONLY' },
};
const sorted = {
  AttributeDefinitions: attributes('id', 'sort:B', 'other', 'rank:N'),
  KeySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'sort', KeyType: 'RANGE' },
  ],
};
const provisioned = {
  ...sorted,
  BillingMode: 'PROVISIONED',
  ProvisionedThroughput: throughput,
  GlobalSecondaryIndexes: globalIndexes,
};
/** A name for each kind of table that both ways of restoring must make alike. */
const kinds: Record<string, Json> = {
  plain: {},
  provisioned,
  'with a local index': {
    ...sorted,
    AttributeDefinitions: attributes('id', 'sort:B', 'other'),
    LocalSecondaryIndexes: [localIndex],
  },
  'on demand with an index': {
    ...sorted,
    GlobalSecondaryIndexes: globalIndexes.map((index) => ({ ...index, ProvisionedThroughput: undefined })),
  },
};

/** Writes items `from` to `to` that serve each of the tables. */
async function fill(TableName: string, from: number, to: number, note = 'first'): Promise<void> {
  for (let n = from; n < to; n++) {
    const Item = {
      id: { S: `item-${n % 7}` },
      sort: { B: Buffer.from([0, n]).toString('base64') },
      other: { S: `other ${n % 3}` },
      rank: { N: `${n}.5` },
      note: { S: note },
      more: { L: [{ NULL: true }, { NS: ['1', '2'] }, { M: { '': { B: '' } } }] },
    };
    await wire.ok('PutItem', { TableName, Item });
  }
}

const keyOf = (n: number, hasSort: boolean) => ({
  id: { S: `item-${n % 7}` },
  ...(hasSort && { sort: { B: Buffer.from([0, n]).toString('base64') } }),
});

/** What a table is, but for what belongs to this one only. */
async function descriptionOf(TableName: string): Promise<Json> {
  const table = await wire.active(TableName);
  const kept = [
    'KeySchema',
    'AttributeDefinitions',
    'BillingModeSummary',
    'ProvisionedThroughput',
    'GlobalSecondaryIndexes',
    'LocalSecondaryIndexes',
    'StreamSpecification',
    'TableClassSummary',
    'DeletionProtectionEnabled',
    'TableStatus',
  ];
  // The embedded database takes an index's throughput and forgets it.
  const own = new Set([
    'NumberOfDecreasesToday',
    'IndexArn',
    'IndexSizeBytes',
    'ItemCount',
    'LastUpdateToPayPerRequestDateTime',
  ]);
  const text = JSON.stringify(
    Object.fromEntries(kept.map((name) => [name, table[name]])),
    (name, value: unknown) => {
      if (own.has(name) || name.endsWith('DateTime')) return undefined;
      if (!Array.isArray(value)) return value;
      const members = (value as unknown[]).map((member) =>
        name === 'GlobalSecondaryIndexes'
          ? { ...(member as Json), ProvisionedThroughput: undefined }
          : member,
      );
      return members.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    },
  );
  return JSON.parse(text) as Json;
}

/** How many imports there were into a table of this name. */
async function importsInto(table: string): Promise<number> {
  const { ImportSummaryList = [] } = await harness().services.dynamodb.send(new ListImportsCommand({}));
  return ImportSummaryList.filter(({ TableArn }) => TableArn?.endsWith(`/${table}`)).length;
}

async function restoredBy(way: Wire, arn: string, name: string, more: Json = {}): Promise<string> {
  const target = wire.named(name);
  await way.ok('RestoreTableFromBackup', { BackupArn: arn, TargetTableName: target, ...more });
  await way.active(target);
  return target;
}

const estimate = async (asked: Wire, BackupArn: string) =>
  (await asked.ok('EstimateRestore', { BackupArn }))['Estimate'] as {
    Items: number;
    Bytes: number;
    Ways: Way[];
    Choice: Json;
    Auto: Json;
    Prices: Json;
  };

interface Way {
  readonly Way: string;
  readonly Possible: boolean;
  readonly Reason?: string;
  readonly Usd: { readonly Low: number; readonly High: number };
  readonly Seconds: { readonly Low: number; readonly High: number };
}

function wayOf(ways: readonly Way[], name: string): Way {
  const found = ways.find(({ Way }) => Way === name);
  if (found === undefined) throw new Error(`no way ${name}: ${JSON.stringify(ways)}`);
  return found;
}

describe.concurrent('a restore by import makes the same table as one by writes', () => {
  test.each(Object.entries(kinds))('%s', async (kind, more) => {
    const name = kind.replaceAll(' ', '-');
    const hasSort = 'KeySchema' in more;
    const table = await wire.table(name, more);
    await fill(table, 0, 30);
    await backupBy(wire, table);
    await fill(table, 3, 9, 'changed');
    for (const n of [5, 12]) await wire.ok('DeleteItem', { TableName: table, Key: keyOf(n, hasSort) });
    const { arn, made } = await backupBy(wire, table);
    const items = await itemsOf(wire, table);
    expect(made).toHaveProperty('Parent');
    const [written, imported] = await Promise.all([
      restoredBy(wire, arn, `${name}-written`),
      restoredBy(importing, arn, `${name}-imported`),
    ]);
    const hasLocal = 'LocalSecondaryIndexes' in more;
    expect([await importsInto(written), await importsInto(imported)]).toEqual([0, hasLocal ? 0 : 1]);
    const { StreamSpecification, ...source } = await descriptionOf(table);
    expect(StreamSpecification).toMatchObject({ StreamEnabled: true });
    expect(await descriptionOf(imported)).toEqual(await descriptionOf(written));
    expect(await descriptionOf(imported)).toMatchObject(source);
    expect(await itemsOf(wire, written)).toEqual(items);
    expect(await itemsOf(wire, imported)).toEqual(items);
  });

  test('with what the request overrides and keeps', async () => {
    const table = await wire.table('overridden', provisioned);
    await fill(table, 0, 10);
    const { arn } = await backupBy(wire, table);
    const [second] = globalIndexes.slice(1);
    const overrides = {
      GlobalSecondaryIndexOverride: [{ ...second, IndexName: 'renamed' }],
      ProvisionedThroughputOverride: { ReadCapacityUnits: 7, WriteCapacityUnits: 8 },
      TidemarkOptions: { Keep: ['STREAM'] },
    };
    const written = await restoredBy(wire, arn, 'overridden-written', overrides);
    const imported = await restoredBy(importing, arn, 'overridden-imported', overrides);
    expect(await importsInto(imported)).toBe(1);
    expect(await descriptionOf(imported)).toEqual(await descriptionOf(written));
    expect(await descriptionOf(imported)).toMatchObject({
      GlobalSecondaryIndexes: [{ IndexName: 'renamed' }],
      ProvisionedThroughput: overrides.ProvisionedThroughputOverride,
      StreamSpecification: simpleTable.StreamSpecification,
    });
    const onDemand = { BillingModeOverride: 'PAY_PER_REQUEST', LocalSecondaryIndexOverride: [] };
    const free = await restoredBy(importing, arn, 'overridden-free', onDemand);
    expect(await descriptionOf(free)).toMatchObject({
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      GlobalSecondaryIndexes: expect.arrayContaining([expect.anything(), expect.anything()]),
    });
  });

  test('by import too, once its local indexes are left off', async () => {
    const table = await wire.table('local-off', {
      ...sorted,
      AttributeDefinitions: attributes('id', 'sort:B', 'other'),
      LocalSecondaryIndexes: [localIndex],
    });
    await fill(table, 0, 10);
    const { arn } = await backupBy(wire, table);
    const bare = await restoredBy(importing, arn, 'local-off-bare', { LocalSecondaryIndexOverride: [] });
    expect(await importsInto(bare)).toBe(1);
    expect(await descriptionOf(bare)).not.toHaveProperty('LocalSecondaryIndexes');
    expect(await itemsOf(wire, bare)).toEqual(await itemsOf(wire, table));
  });

  test('of no items, and of items at the limit', async () => {
    const table = await wire.table('sizes');
    const empty = await backupBy(wire, table);
    for (const letter of ['a', 'b', 'é']) {
      const note = { S: letter.repeat(letter === 'é' ? 204_500 : 409_000) };
      await wire.ok('PutItem', { TableName: table, Item: { id: { S: letter }, note } });
    }
    const { arn } = await backupBy(wire, table);
    expect(await itemsOf(wire, await restoredBy(importing, empty.arn, 'sizes-empty'))).toEqual([]);
    expect(await itemsOf(wire, await restoredBy(importing, arn, 'sizes-large'))).toEqual(
      await itemsOf(wire, table),
    );
  });

  test('with all its settings, where they are kept', async () => {
    const table = await wire.table('settings', { DeletionProtectionEnabled: true });
    await wire.fill(table, 3);
    const TimeToLiveSpecification = { AttributeName: 'expires', Enabled: true };
    await wire.ok('UpdateTimeToLive', { TableName: table, TimeToLiveSpecification });
    const { arn } = await backupBy(wire, table);
    const Keep = ['STREAM', 'TIME_TO_LIVE', 'TABLE_CLASS', 'DELETION_PROTECTION'];
    for (const [name, way] of Object.entries({ written: wire, imported: importing })) {
      const kept = await restoredBy(way, arn, `settings-${name}-kept`, { TidemarkOptions: { Keep } });
      const bare = await restoredBy(way, arn, `settings-${name}-bare`);
      const timeToLive = async (TableName: string) =>
        (await wire.ok('DescribeTimeToLive', { TableName }))['TimeToLiveDescription'];
      expect([await descriptionOf(kept), await timeToLive(kept)]).toMatchObject([
        { DeletionProtectionEnabled: true, StreamSpecification: simpleTable.StreamSpecification },
        { TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' },
      ]);
      expect([
        (await descriptionOf(bare))['DeletionProtectionEnabled'],
        await timeToLive(bare),
      ]).toMatchObject([false, { TimeToLiveStatus: 'DISABLED' }]);
      expect(await wire.active(bare)).not.toHaveProperty('LatestStreamArn');
    }
  });

  test('of no items, where all have been deleted since the first backup', async () => {
    const table = await wire.table('all-deleted');
    await wire.fill(table, 5);
    await backupBy(wire, table);
    for (let n = 0; n < 5; n++) await wire.remove(table, n);
    const { arn, made } = await backupBy(wire, table);
    expect(made).toMatchObject({ Figures: { Items: 0, Bytes: 0 } });
    expect(await itemsOf(wire, await restoredBy(wire, arn, 'all-deleted-written'))).toEqual([]);
    expect(await itemsOf(wire, await restoredBy(importing, arn, 'all-deleted-imported'))).toEqual([]);
  });

  test('several at once, whose names begin alike: each has its own items', async () => {
    const taken: { arn: string; items: string[] }[] = [];
    const table = await wire.table('alike');
    for (let i = 0; i < 3; i++) {
      await wire.fill(table, 10, `round ${i}`, i * 5);
      taken.push({ arn: (await backupBy(wire, table)).arn, items: await itemsOf(wire, table) });
    }
    const targets = await Promise.all(
      taken.map(({ arn }, i) => restoredBy(importing, arn, `alike-${'1'.repeat(i + 1)}`)),
    );
    for (const [i, target] of targets.entries()) {
      expect(await itemsOf(wire, target)).toEqual(taken[i]?.items);
    }
  });

  test('though items are older than an index, and have another type in its key', async () => {
    const table = await wire.table('older');
    await wire.ok('PutItem', { TableName: table, Item: { id: { S: 'old' }, rank: { S: 'no number' } } });
    await wire.ok('PutItem', { TableName: table, Item: { id: { S: 'new' }, rank: { N: '5' } } });
    await wire.ok('UpdateTable', {
      TableName: table,
      AttributeDefinitions: attributes('id', 'rank:N'),
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: 'by-rank',
            KeySchema: [{ AttributeName: 'rank', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        },
      ],
    });
    await wire.active(table);
    const { arn } = await backupBy(wire, table);
    const imported = await restoredBy(importing, arn, 'older-imported');
    expect(await importsInto(imported)).toBe(1);
    expect(await itemsOf(wire, imported)).toEqual(await itemsOf(wire, table));
    expect(await descriptionOf(imported)).toMatchObject({
      GlobalSecondaryIndexes: [{ IndexName: 'by-rank', IndexStatus: 'ACTIVE' }],
    });
  });
});

describe.concurrent('while a table is imported', () => {
  test('DescribeTable shows the restore, and its backup is not deleted', async () => {
    const table = await wire.table('watched');
    await wire.fill(table, 200);
    const { arn } = await backupBy(wire, table);
    const target = wire.named('watched-imported');
    const begun = await importing.restore(arn, target);
    const running = {
      TableStatus: 'CREATING',
      RestoreSummary: { SourceBackupArn: arn, RestoreInProgress: true },
    };
    expect(begun.json['TableDescription']).toMatchObject(running);
    expectError(await importing.call('DeleteBackup', { BackupArn: arn }), 'BackupInUseException');
    const seen: Json[] = [];
    await eventually(async () => {
      seen.push((await importing.ok('DescribeTable', { TableName: target }))['Table'] as Json);
      return seen.at(-1)?.['TableStatus'] !== 'CREATING';
    });
    for (const shown of seen.slice(0, -1)) expect(shown).toMatchObject(running);
    expect(await wire.content(target)).toHaveLength(200);
    await eventually(async () => (await importing.call('DeleteBackup', { BackupArn: arn })).status === 200);
  });
});

describe.concurrent('a target that its user deletes while it is imported', () => {
  test('is gone: the restore ends, and its backup is free', async () => {
    const table = await wire.table('cut-short');
    await wire.fill(table, 300);
    const { arn } = await backupBy(wire, table);
    const target = wire.named('cut-short-x');
    await importing.restore(arn, target);
    await eventually(async () => (await wire.call('DeleteTable', { TableName: target })).status === 200);
    await eventually(async () => (await importing.call('DeleteBackup', { BackupArn: arn })).status === 200);
    expectNoFault(await wire.call('DescribeTable', { TableName: target }), 'the target');
  });
});

describe.concurrent('an import that fails', () => {
  test('leaves no table, and a reason that names it; the name and the backup are free', async () => {
    const table = await wire.table('failing');
    await wire.fill(table, 20);
    const { arn } = await backupBy(wire, table);
    const target = wire.named('failing-x');
    const nowhere = await reconfigured({
      exportBucket: 'no-such-bucket',
      config: { restoreBy: 'import' },
    });
    await nowhere.ok('RestoreTableFromBackup', { BackupArn: arn, TargetTableName: target });
    const record = () => harness().services.catalog.restores.get(target);
    await eventually(async () => (await record())?.status === 'FAILED');
    expect(await record()).toMatchObject({
      reason: expect.stringMatching(/^ImportFailed: .*S3NoSuchBucket/),
    });
    expect(await nowhere.outcome(target)).toBe('gone');
    expectError(await wire.call('DescribeTable', { TableName: target }), 'ResourceNotFoundException');
    expect(await wire.content(await restoredBy(importing, arn, 'failing-x'))).toHaveLength(20);
    await wire.ok('DeleteBackup', { BackupArn: arn });
  });
});

describe.concurrent('an estimate of a restore', () => {
  test('tells cost and time of both ways, what is chosen, and of when its prices are', async () => {
    const table = await wire.table('estimated');
    await wire.fill(table, 100);
    const { arn } = await backupBy(wire, table);
    const told = await estimate(wire, arn);
    expect(told).toMatchObject({
      Items: 100,
      Bytes: 100 * (2 + 11 + 4 + 5),
      Auto: { Way: 'WRITES', Why: expect.stringMatching(/1 GiB/) },
      Choice: { Way: 'WRITES', Why: expect.stringMatching(/restoreBy/) },
      Prices: { Region: expect.stringMatching(/^[a-z]+-/), AsOf: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) },
    });
    expect(told.Ways.map(({ Way }) => Way).toSorted()).toEqual(['IMPORT', 'WRITES']);
    for (const { Possible, Usd, Seconds } of told.Ways) {
      expect(Possible).toBe(true);
      for (const { Low, High } of [Usd, Seconds]) {
        expect(Low).toBeGreaterThanOrEqual(0);
        expect(High).toBeGreaterThanOrEqual(Low);
      }
    }
    // An item is a write unit at least; an import takes minutes at least (docs/design.md, section 10).
    expect(wayOf(told.Ways, 'WRITES').Usd.Low).toBeGreaterThanOrEqual(100 * writeUnit);
    expect(wayOf(told.Ways, 'IMPORT').Seconds.Low).toBeGreaterThanOrEqual(60);
  });

  test('chooses as it is configured; what is chosen without a choice is told beside it', async () => {
    const table = await wire.table('configured');
    await wire.fill(table, 5);
    const { arn } = await backupBy(wire, table);
    expect(await estimate(importing, arn)).toMatchObject({
      Choice: { Way: 'IMPORT' },
      Auto: { Way: 'WRITES' },
    });
    expect(await estimate(auto, arn)).toMatchObject({
      Choice: { Way: 'WRITES' },
      Auto: { Way: 'WRITES' },
    });
  });

  test('of a table with local indexes says that an import is not possible, and why', async () => {
    const table = await wire.table('local-estimate', {
      ...sorted,
      AttributeDefinitions: attributes('id', 'sort:B', 'other'),
      LocalSecondaryIndexes: [localIndex],
    });
    await fill(table, 0, 5);
    const { arn } = await backupBy(wire, table);
    const { Ways, Choice, Auto } = await estimate(importing, arn);
    expect([Choice, Auto]).toMatchObject([{ Way: 'WRITES' }, { Way: 'WRITES' }]);
    expect(wayOf(Ways, 'WRITES')).toMatchObject({ Possible: true });
    expect(wayOf(Ways, 'IMPORT')).toMatchObject({
      Possible: false,
      Reason: expect.stringMatching(/local/i),
    });
  });

  test('costs more for large items: 400 KB are 400 write units', async () => {
    const table = await wire.table('large-estimate');
    for (let n = 0; n < 3; n++) {
      await wire.ok('PutItem', {
        TableName: table,
        Item: { id: { S: String(n) }, note: { S: 'x'.repeat(409_000) } },
      });
    }
    const { arn } = await backupBy(wire, table);
    const { Ways } = await estimate(wire, arn);
    expect(wayOf(Ways, 'WRITES').Usd.Low).toBeGreaterThanOrEqual(3 * 400 * writeUnit);
    // Money is told to the millionth.
    const least = ((3 * 409_000) / gibibyte) * importedGigabyte - 1e-6;
    expect(wayOf(Ways, 'IMPORT').Usd.Low).toBeGreaterThanOrEqual(least);
  });

  test('of a backup without items', async () => {
    const { arn } = await backupBy(wire, await wire.table('nothing'));
    const { Ways, ...told } = await estimate(wire, arn);
    expect(told).toMatchObject({ Items: 0, Bytes: 0, Choice: { Way: 'WRITES' } });
    const { Possible, Usd, Seconds } = wayOf(Ways, 'WRITES');
    expect({ Possible, Usd, Seconds }).toEqual({
      Possible: true,
      Usd: { Low: expect.any(Number), High: expect.any(Number) },
      Seconds: { Low: expect.any(Number), High: expect.any(Number) },
    });
    expect(Usd.High).toBeLessThan(0.01);
  });

  test('is refused of what is no backup', async () => {
    const { arn } = await backupBy(wire, await wire.table('refused-estimate'));
    const ask = (body: unknown) => wire.call('EstimateRestore', body);
    const unknown = arn.replace(/.{8}$/, '00000000');
    expectError(await ask({ BackupArn: unknown }), 'BackupNotFoundException', `Backup not found: ${unknown}`);
    expectError(await ask({}), 'ValidationException', /backupArn/);
    expectError(await ask({ BackupArn: 'x' }), 'ValidationException', 'Invalid Backup ARN');
    expectError(await ask({ BackupArn: 5 }), 'SerializationException');
    await wire.ok('DeleteBackup', { BackupArn: arn });
    expectError(await ask({ BackupArn: arn }), 'BackupNotFoundException', `Backup not found: ${arn}`);
  });

  test('is served where backups are only looked into, a restore is not', async () => {
    const { arn } = await backupBy(wire, await wire.table('read-path'));
    const at = (operation: string, body: Json) =>
      send(wire.url, { path: '/read', headers: headersOf(operation), body: JSON.stringify(body) });
    expect((await at('EstimateRestore', { BackupArn: arn })).status).toBe(200);
    const dryRun = { BackupArn: arn, TargetTableName: 'any-name', TidemarkOptions: { DryRun: true } };
    expectError(await at('RestoreTableFromBackup', dryRun), 'AccessDeniedException', /is not served at/);
  });

  test('is there on one machine too', async () => {
    const table = await embedded.table('one-machine');
    await embedded.fill(table, 3);
    expect(await estimate(embedded, await embedded.backup(table))).toMatchObject({ Items: 3 });
  });
});

describe('a restore that is only tried', () => {
  const tried = { TidemarkOptions: { DryRun: true } };

  test('tells the table it would make and its estimate, and makes nothing', async () => {
    const table = await wire.table('tried', provisioned);
    await fill(table, 0, 10);
    const { arn } = await backupBy(wire, table);
    const target = wire.named('tried-x');
    const objects = async () => {
      const keys: string[] = [];
      for (const folder of ['staging', 'tables']) {
        for await (const { key } of harness().store.list(folder)) keys.push(key);
      }
      return keys.toSorted();
    };
    const before = [await objects(), await wire.ok('ListTables', {})];
    const overrides = { BillingModeOverride: 'PAY_PER_REQUEST', ...tried };
    const { status, json } = await wire.restore(arn, target, overrides);
    expect([status, json['TableDescription']]).toMatchObject([
      200,
      {
        TableName: target,
        KeySchema: sorted.KeySchema,
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
        Tidemark: { Estimate: await estimate(wire, arn) },
      },
    ]);
    expect([await objects(), await wire.ok('ListTables', {})]).toEqual(before);
    expectError(await wire.call('DescribeTable', { TableName: target }), 'ResourceNotFoundException');
    expect(await harness().services.catalog.restores.get(target)).toBeUndefined();
    // Nothing holds the backup, and the name is free.
    await restoredBy(wire, arn, 'tried-x');
    await eventually(async () => (await wire.call('DeleteBackup', { BackupArn: arn })).status === 200);
  });

  test('does all checks of a restore', async () => {
    const table = await wire.table('checked');
    const { arn } = await backupBy(wire, table);
    const unknown = arn.replace(/.{8}$/, '00000000');
    const x = wire.named('checked-x');
    expectError(
      await wire.restore(arn, table, tried),
      'TableAlreadyExistsException',
      `Table already exists: ${table}`,
    );
    expectError(
      await wire.restore(unknown, x, tried),
      'BackupNotFoundException',
      `Backup not found: ${unknown}`,
    );
    expectError(await wire.restore(arn, 'x', tried), 'ValidationException', /targetTableName/);
    expectError(
      await wire.restore(arn, x, { ...tried, ProvisionedThroughputOverride: throughput }),
      'ValidationException',
      /^Invalid Request: Cannot override ProvisionedThroughput /,
    );
    expectError(
      await wire.restore(arn, x, { ...tried, GlobalSecondaryIndexOverride: [globalIndexes[0]] }),
      'ValidationException',
      /^Invalid Request: Index by-other does not match a secondary index/,
    );
    const early = await wire.createBackup(table);
    const answer = await wire.restore(early, x, tried);
    expectNoFault(answer, 'a backup that is being made');
    await wire.available(early);
  });

  test('while another restore to that name runs, is refused', async () => {
    const table = await wire.table('taken');
    await wire.fill(table, 100);
    const { arn } = await backupBy(wire, table);
    const target = wire.named('taken-x');
    await wire.restore(arn, target);
    expectError(await wire.restore(arn, target, tried), 'TableInUseException|TableAlreadyExistsException');
    await wire.active(target);
  });

  test.each([[1], [[]], [{}]])('is asked for by a boolean, not by %j', async (DryRun) => {
    const answer = await wire.restore(
      'arn:aws:dynamodb:us-east-1:111122223333:table/any/backup/01576616366715-b4e58d3a',
      wire.named('any'),
      { TidemarkOptions: { DryRun } },
    );
    expectError(answer, 'SerializationException');
  });

  test('of a local index says what the override leaves: an import', async () => {
    const table = await wire.table('dry-local', {
      ...sorted,
      AttributeDefinitions: attributes('id', 'sort:B', 'other'),
      LocalSecondaryIndexes: [localIndex],
    });
    await fill(table, 0, 3);
    const { arn } = await backupBy(wire, table);
    const choice = async (more: Json) => {
      const { json } = await importing.restore(arn, wire.named('dry-local-x'), { ...tried, ...more });
      return (json['TableDescription'] as Json)['Tidemark'];
    };
    expect(await choice({})).toMatchObject({ Estimate: { Choice: { Way: 'WRITES' } } });
    expect(await choice({ LocalSecondaryIndexOverride: [] })).toMatchObject({
      Estimate: { Choice: { Way: 'IMPORT' } },
    });
  });
});
