import { describe, expect, test } from 'vitest';
import type { Executions } from '../../../lambda/jobs/job.ts';
import { createRestoreJob } from '../../../lambda/jobs/job.ts';
import { parseRestoreId } from '../../../lambda/model/ids.ts';
import type { RestoreRecord, RestoreStatus } from '../../../lambda/model/records.ts';
import { TableGuard } from '../../../local/guard/table-guard.ts';

const executions: Executions = { start: async () => {}, state: async () => 'running' };
const noDeletions = { areWaiting: false, has: () => false, take: async () => undefined };

/** Creates a guard in a runtime in which a restore makes the table `target`, and which is deleting the table `going`. */
async function setUp() {
  const restore = { target: 'target', status: 'RESTORING' as RestoreStatus };
  const reads: string[] = [];
  const restores = {
    listRunning: async () => [restore as RestoreRecord],
    get: async (name: string) => {
      reads.push(name);
      return name === 'target' ? (restore as RestoreRecord) : undefined;
    },
  };
  const deletions = { ...noDeletions, areWaiting: true, has: (name: string) => name === 'going' };
  return { guard: await TableGuard.open(restores, deletions), restore, reads };
}

const arnOf = (name: string) => `arn:aws:dynamodb:us-east-1:000000000000:table/${name}`;

const callsOnItems = (table: string): Record<string, object> => ({
  GetItem: { TableName: table, Key: {} },
  PutItem: { TableName: arnOf(table), Item: {} },
  UpdateItem: { TableName: table },
  DeleteItem: { TableName: table },
  Query: { TableName: table },
  Scan: { TableName: table },
  BatchGetItem: { RequestItems: { other: {}, [table]: {} } },
  BatchWriteItem: { RequestItems: { other: [], [table]: [] } },
  TransactWriteItems: { TransactItems: [{ Put: { TableName: 'other' } }, { Delete: { TableName: table } }] },
  TransactGetItems: { TransactItems: [{ Get: { TableName: table } }] },
  ExecuteStatement: { Statement: `INSERT INTO "${table}" VALUE {'id': 'a'}` },
  BatchExecuteStatement: {
    Statements: [{ Statement: 'SELECT * FROM other' }, { Statement: `select * from ${table}` }],
  },
  ExecuteTransaction: { TransactStatements: [{ Statement: `UPDATE "${table}" SET a=1 WHERE id='a'` }] },
});

async function answersTo(guard: TableGuard, calls: Record<string, object>): Promise<object> {
  const answers: Record<string, unknown> = {};
  for (const [operation, body] of Object.entries(calls)) {
    const answer = await guard.answer(operation, JSON.stringify(body));
    const { __type, message } = JSON.parse(answer?.body ?? '{}') as { __type?: string; message?: string };
    answers[operation] = answer && [answer.status, __type?.split('#')[1], message];
  }
  return answers;
}

const all = (calls: object, answer: unknown) =>
  Object.fromEntries(Object.keys(calls).map((name) => [name, answer]));

const notFound = [400, 'ResourceNotFoundException', 'Requested resource not found'];
const inUse = (what: string) => [
  400,
  'ResourceInUseException',
  `Attempt to change a resource which is still in use: Table is being ${what}`,
];

describe('while a restore makes a table', () => {
  test('no call reads or writes its items', async () => {
    const { guard } = await setUp();
    const calls = callsOnItems('target');
    expect(await answersTo(guard, calls)).toEqual(all(calls, notFound));
  });

  test('calls on the table itself are answered as by DynamoDB', async () => {
    const { guard } = await setUp();
    const settings = {
      UpdateTable: { TableName: 'target' },
      UpdateTimeToLive: { TableName: 'target' },
      DescribeTimeToLive: { TableName: 'target' },
      TagResource: { ResourceArn: arnOf('target') },
      ListTagsOfResource: { ResourceArn: arnOf('target') },
    };
    expect(await answersTo(guard, settings)).toEqual(
      all(settings, [
        400,
        'ResourceNotFoundException',
        'Requested resource not found: Table: target not found',
      ]),
    );
    const others = {
      CreateTable: { TableName: 'target' },
      ImportTable: { TableCreationParameters: { TableName: 'target' } },
      DeleteTable: { TableName: 'target' },
      ExportTableToPointInTime: { TableArn: arnOf('target') },
    };
    expect(await answersTo(guard, others)).toEqual({
      CreateTable: inUse('used: target'),
      ImportTable: inUse('used: target'),
      DeleteTable: inUse('created: target'),
      ExportTableToPointInTime: [400, 'TableNotFoundException', 'Table not found: target'],
    });
  });

  test('calls on other tables pass, without a read of the catalog', async () => {
    const { guard, reads } = await setUp();
    const calls = { ...callsOnItems('another'), ListTables: {}, CreateTable: { TableName: 'another' } };
    expect(await answersTo(guard, calls)).toEqual(all(calls, undefined));
    expect(reads).toEqual([]);
  });

  test('its calls pass once the restore has ended', async () => {
    const { guard, restore, reads } = await setUp();
    restore.status = 'RESTORED';
    const calls = callsOnItems('target');
    expect(await answersTo(guard, calls)).toEqual(all(calls, undefined));
    expect(reads).toEqual(['target']);
  });

  test('its calls are refused from the start of the first execution', async () => {
    const restore = { target: 'later', status: 'RESTORING' } as RestoreRecord;
    const restores = { listRunning: async () => [], get: async () => restore };
    const guard = await TableGuard.open(restores, noDeletions);
    const calls = callsOnItems('later');
    expect(await answersTo(guard, calls)).toEqual(all(calls, undefined));
    await guard.watch(executions).start(createRestoreJob('later', parseRestoreId('01700000000000-0123abcd')));
    expect(await answersTo(guard, calls)).toEqual(all(calls, notFound));
  });
});

describe('while a table is being deleted', () => {
  test('no call reads or writes its items', async () => {
    const { guard } = await setUp();
    const calls = callsOnItems('going');
    expect(await answersTo(guard, calls)).toEqual(all(calls, notFound));
  });

  test('it cannot be changed, created or deleted again, but its settings can be read', async () => {
    const { guard } = await setUp();
    const changes = {
      UpdateTable: { TableName: 'going' },
      CreateTable: { TableName: 'going' },
      DeleteTable: { TableName: 'going' },
      TagResource: { ResourceArn: arnOf('going') },
    };
    expect(await answersTo(guard, changes)).toEqual(all(changes, inUse('deleted: going')));
    const reads = {
      DescribeTimeToLive: { TableName: 'going' },
      ListTagsOfResource: { ResourceArn: arnOf('going') },
    };
    expect(await answersTo(guard, reads)).toEqual(all(reads, undefined));
  });
});

test.each(['', 'not JSON', '[]', '5', 'null', '{"TableName":5,"RequestItems":[],"TransactItems":{}}'])(
  'a body that names no table is passed to the database: %s',
  async (body) => {
    const { guard } = await setUp();
    expect(await guard.answer('DeleteTable', body)).toBeUndefined();
  },
);
