import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type {
  CreateTableCommandInput,
  GlobalSecondaryIndex,
  ImportTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { CreateTableCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { explainRestore } from '../../../lambda/model/restore-outcome.ts';
import { readTableName } from '../../../lambda/model/table-patterns.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { useDatabase } from '../../support/database.ts';
import { createFilledTable, tableExists } from '../../support/fixture.ts';
import { type Harness, startHarness } from '../../support/harness.ts';
import {
  intercept,
  newTargetName,
  restoreAndWait,
  serviceError,
  startImportHarness,
} from '../../support/restore/imports.ts';
import { describeTable } from '../../support/restore/rich-table.ts';
import { backUp } from '../../support/retention/support.ts';
import { shiftClock } from '../../support/simulated-clock.ts';
import { readTableContent } from '../../support/tables.ts';

const database = useDatabase();
let harness: Harness;
let target: string;
beforeEach(async () => {
  harness = await startHarness(database);
  onTestFinished(() => harness.close());
  target = newTargetName();
});

const units = { ReadCapacityUnits: 5, WriteCapacityUnits: 6 };

/** Creates an empty provisioned table with an index of that many key attributes. */
async function createIndexedTable(keys = 1): Promise<string> {
  const TableName = `source-${randomIds.hex(8)}`;
  const names = Array.from({ length: keys }, (_, i) => `a${i}`);
  const index: GlobalSecondaryIndex = {
    IndexName: 'an-index',
    KeySchema: names.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
    Projection: { ProjectionType: 'ALL' },
    ProvisionedThroughput: units,
  };
  const input: CreateTableCommandInput = {
    TableName,
    ProvisionedThroughput: units,
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: ['pk', ...names].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    GlobalSecondaryIndexes: [index],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  };
  await database.dynamodb.send(new CreateTableCommand(input));
  return TableName;
}

/** Counts the requests that write items. */
function countWrites(): () => number {
  let count = 0;
  intercept(database, 'BatchWriteItemCommand', (send) => {
    count++;
    return send();
  });
  return () => count;
}

it('a restored table that lacks a promised setting is kept, and its record and description name the setting', async () => {
  const { backup } = await backUp(database, harness, await createIndexedTable());
  const record = await restoreAndWait(harness, backup, target);
  // The embedded database accepts an index's throughput but does not store it.
  const difference =
    'index an-index, throughput: 0 read and 0 write units instead of 5 read and 6 write units';
  expect(record).toMatchObject({ status: 'RESTORED', differences: [difference] });
  expect(explainRestore(record)).toBe(`table ${target} is not as promised: ${difference}`);
  expect((await harness.operations.describeTable({ table: target })).restore?.differences).toEqual([
    difference,
  ]);
});

it('a backup that recorded no throughput for an index restores it with the table’s, and the record says so', async () => {
  const first = await backUp(database, harness, await createIndexedTable());
  await restoreAndWait(harness, first.backup, target, { keep: ['stream'] });
  // DynamoDB could make no table from this table's description.
  const { backup } = await backUp(database, harness, target);
  const again = newTargetName();
  const record = await restoreAndWait(harness, backup, again);
  expect(record).toMatchObject({ status: 'RESTORED', repairedIndexes: ['an-index'] });
  expect(record.description.globalSecondaryIndexes).toMatchObject([{ ProvisionedThroughput: units }]);
  expect(explainRestore(record)).toMatch(
    /^the backup recorded no throughput for index an-index: it takes that of the table; /,
  );
});

it('a restore is refused at once if the database cannot add one of its indexes, and accepted without that index', async () => {
  const { backup, content } = await backUp(database, harness, await createIndexedTable(3));
  const writes = countWrites();
  await expect(restoreAndWait(harness, backup, target)).rejects.toMatchObject({
    code: 'Validation',
    message:
      'Invalid Request: Index an-index has 3 key attributes, and this database adds indexes of at most 2 to a table. ' +
      'Restore without it: leave it out of GlobalSecondaryIndexOverride.',
  });
  expect([writes(), await tableExists(database, target)]).toEqual([0, false]);
  const record = await restoreAndWait(harness, backup, target, { globalSecondaryIndexes: [] });
  expect(record).toMatchObject({ status: 'RESTORED' });
  expect(await readTableContent(database.dynamodb, target)).toEqual(content);
});

describe.each(['writes', 'import'] as const)('a restore by %s', (restoreBy) => {
  /** Starts a Tidemark that restores in this way, and counts the tables and staged objects that it makes. */
  async function startWay(): Promise<{ made: () => number; staged: () => number; harness: Harness }> {
    const counts = { made: 0, staged: 0 };
    const started = await startImportHarness(database, {
      config: { restoreBy },
      store: (store) => ({
        ...store,
        putStream(key, body) {
          if (key.includes('/import/')) counts.staged++;
          return store.putStream(key, body);
        },
      }),
    });
    for (const command of ['CreateTableCommand', 'ImportTableCommand']) {
      intercept(database, command, (send, input) => {
        const { TableName, TableCreationParameters } = input as CreateTableCommandInput &
          ImportTableCommandInput;
        if ((TableName ?? TableCreationParameters?.TableName) === target) counts.made++;
        return send();
      });
    }
    return { made: () => counts.made, staged: () => counts.staged, harness: started };
  }

  it('lets DynamoDB check all settings of the table before it makes or stages anything', async () => {
    const way = await startWay();
    const source = await createIndexedTable();
    await database.dynamodb.send(new PutItemCommand({ TableName: source, Item: { pk: { S: 'a' } } }));
    const { backup } = await backUp(database, way.harness, source);
    const asked: object[] = [];
    intercept(database, 'CreateTableCommand', (send, input) => {
      asked.push({ ...input, before: [way.made(), way.staged()] });
      return send();
    });
    const record = await restoreAndWait(way.harness, backup, target, {
      keep: ['stream'],
      sse: { SSEType: 'KMS', KMSMasterKeyId: 'alias/a-key' },
    });
    expect(record).toMatchObject({ status: 'RESTORED', way: restoreBy });
    expect(asked[0]).toMatchObject({
      TableName: readTableName(way.harness.services.config.catalogArn),
      AttributeDefinitions: [{ AttributeName: 'pk' }, { AttributeName: 'a0' }],
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: units,
      GlobalSecondaryIndexes: [{ IndexName: 'an-index', ProvisionedThroughput: units }],
      SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'alias/a-key' },
      StreamSpecification: { StreamEnabled: true },
      before: [0, 0],
    });
    expect(await describeTable(database, target)).toMatchObject({ ProvisionedThroughput: units });
  });

  it.each([
    ['ValidationException', 'the throughput is too large'],
    ['LimitExceededException', 'Subscriber limit exceeded: There is a limit of 2500 tables per subscriber'],
  ])('fails before anything is made or staged if DynamoDB answers with %s', async (name, message) => {
    const way = await startWay();
    const { backup } = await backUp(database, way.harness, await createFilledTable(database, 5));
    intercept(database, 'CreateTableCommand', () => Promise.reject(serviceError(name, message)));
    expect(await restoreAndWait(way.harness, backup, target)).toMatchObject({
      status: 'FAILED',
      reason: `TargetRefused: DynamoDB refuses the settings of ${target}: ${name}: ${message}`,
      targetFate: { kind: 'absent' },
    });
    expect([way.made(), way.staged(), await tableExists(database, target)]).toEqual([0, 0, false]);
  });

  it('continues if DynamoDB’s answer says nothing about the settings', async () => {
    const way = await startWay();
    const { backup } = await backUp(database, way.harness, await createFilledTable(database, 5));
    const catalog = readTableName(way.harness.services.config.catalogArn);
    intercept(database, 'CreateTableCommand', async (send, input) => {
      if ((input as CreateTableCommandInput).TableName === catalog)
        throw serviceError('AccessDeniedException');
      return send();
    });
    expect(await restoreAndWait(way.harness, backup, target)).toMatchObject({ status: 'RESTORED' });
  });
});

it('a restore makes no table if the clock of its request is more than 5 minutes ahead of DynamoDB’s', async () => {
  const { backup } = await backUp(database, harness, await createFilledTable(database, 5));
  const atTime = (minutes: number) =>
    harness.restart({ clock: shiftClock(database.clock, minutes * 60_000) });
  expect(await restoreAndWait(atTime(4), backup, newTargetName())).toMatchObject({ status: 'RESTORED' });
  const made: unknown[] = [];
  intercept(database, 'CreateTableCommand', (send, input) => {
    made.push((input as CreateTableCommandInput).TableName);
    return send();
  });
  const record = await restoreAndWait(atTime(6), backup, target);
  expect(record).toMatchObject({ status: 'FAILED', targetFate: { kind: 'absent' } });
  expect(record.reason).toMatch(
    /^ClockSkewTooLarge: the clock of the restore's request is 3[56]\d seconds ahead of DynamoDB's, and 300 are allowed\. /,
  );
  expect(made).not.toContain(target);
});
