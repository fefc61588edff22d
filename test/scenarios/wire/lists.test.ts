import { beforeAll, describe, expect, test } from 'vitest';
import { expectError, expectNoFault, type Json } from '../../support/wire/http.ts';
import { useRuntime } from '../../support/wire/support.ts';

const wire = useRuntime();
let first = '';
let second = '';
/** All backups in the order of creation; two of three are of the first table. */
const arns: string[] = [];
let ofFirst: string[] = [];
/** The creation time of each, in epoch seconds. */
const times = new Map<string, number>();

beforeAll(async () => {
  first = await wire.createTable('first');
  second = await wire.createTable('second');
  for (let i = 0; i < 8; i++) {
    const arn = await wire.backUp(i % 3 === 2 ? second : first, 'same-name');
    arns.push(arn);
    times.set(arn, Number((await wire.describeBackup(arn))['BackupCreationDateTime']));
  }
  ofFirst = arns.filter((arn) => arn.includes(`table/${first}/`));
});

const at = (n: number) => Number(times.get(String(arns[n])));
const listArns = async (body: Json) => (await wire.list(body)).arns;

/** Requests that list all backups, of the account and of a table, with the ARNs that they return. */
const views = (): [Json, string[]][] => [
  [{}, arns],
  [{ TableName: first }, ofFirst],
];

test('a list has the backups of all tables, or of one by name or ARN, in the order of creation', async () => {
  for (const [body, all] of views()) expect(await listArns(body)).toEqual(all);
  expect(await listArns({ TableName: ofFirst[0]?.split('/backup/')[0] })).toEqual(ofFirst);
});

test('a summary in a list agrees with DescribeBackup', async () => {
  const { BackupSummaries } = await wire.ok('ListBackups', {});
  for (const { TableName, TableId, TableArn, ...summary } of BackupSummaries as Json[]) {
    expect([first, second]).toContain(TableName);
    expect([TableArn, typeof TableId]).toEqual([String(summary['BackupArn']).split('/backup/')[0], 'string']);
    expect(await wire.describeBackup(String(summary['BackupArn']))).toMatchObject(summary);
  }
});

test.each([1, 2, 3, 5, 8, 9, 100])(
  'a list in pages of %i has each backup once and ends with a page that is not empty',
  async (Limit) => {
    for (const [body, all] of views()) {
      const pages = [await wire.list({ ...body, Limit })];
      for (let last = pages[0]?.last; last !== undefined; last = pages.at(-1)?.last) {
        pages.push(await wire.list({ ...body, Limit, ExclusiveStartBackupArn: last }));
      }
      expect(pages.flatMap((page) => page.arns)).toEqual(all);
      expect(pages).toHaveLength(Math.ceil(all.length / Limit));
      for (const { arns, last } of pages.slice(0, -1)) expect(last).toBe(arns.at(-1));
    }
  },
);

describe('the time bounds of a list', () => {
  test('include the lower bound and exclude the upper one, to the millisecond', async () => {
    for (const [body, all] of views()) {
      for (const [i, arn] of all.entries()) {
        const time = Number(times.get(arn));
        const after = Math.round(time * 1000 + 1) / 1000;
        const within = (TimeRangeLowerBound?: number, TimeRangeUpperBound?: number) =>
          listArns({ ...body, TimeRangeLowerBound, TimeRangeUpperBound });
        expect(await within(time)).toEqual(all.slice(i));
        expect(await within(undefined, time)).toEqual(all.slice(0, i));
        expect(await within(after)).toEqual(all.slice(i + 1));
        expect(await within(undefined, after)).toEqual(all.slice(0, i + 1));
        expect(await within(time, after)).toEqual([arn]);
        expect(await within(time, time)).toEqual([]);
      }
    }
  });

  test('may lie between two milliseconds', async () => {
    const half = (Math.round(at(3) * 1000) + 0.5) / 1000;
    expect(await listArns({ TimeRangeLowerBound: half })).toEqual(arns.slice(4));
    expect(await listArns({ TimeRangeUpperBound: half })).toEqual(arns.slice(0, 4));
  });

  test('may be far from any backup', async () => {
    for (const [body, all] of views()) {
      for (const TimeRangeLowerBound of [0, -1, -1e9, 1e-7]) {
        expect(await listArns({ ...body, TimeRangeLowerBound })).toEqual(all);
      }
      for (const far of [4_000_000_000, 99_999_999_999, 253_402_300_799]) {
        expect(await listArns({ ...body, TimeRangeUpperBound: far })).toEqual(all);
        expect(await listArns({ ...body, TimeRangeLowerBound: far })).toEqual([]);
      }
    }
  });

  test('cause no internal error beyond the range of dates', async () => {
    for (const bound of [1e15, 1e18, 1e300, -1e300]) {
      for (const member of ['TimeRangeLowerBound', 'TimeRangeUpperBound']) {
        for (const [body] of views()) {
          const answer = await wire.call('ListBackups', { ...body, [member]: bound });
          expectNoFault(answer, `${member} ${bound}`);
        }
      }
    }
  });

  test('are rejected if the lower one is after the upper one', async () => {
    expectError(
      await wire.call('ListBackups', { TimeRangeLowerBound: at(1), TimeRangeUpperBound: at(0) }),
      'ValidationException',
      'One or more parameter values were invalid: Time range lower bound must be less than or equal to upper bound',
    );
  });

  test('apply to every page', async () => {
    const bounds = { TimeRangeLowerBound: at(2), TimeRangeUpperBound: at(6) };
    const page = await wire.list({ ...bounds, Limit: 3 });
    expect(page).toEqual({ arns: arns.slice(2, 5), last: arns[4] });
    const next = { ...bounds, Limit: 3, ExclusiveStartBackupArn: page.last };
    expect(await wire.list(next)).toEqual({ arns: [arns[5]], last: undefined });
    expect(await wire.list({ ...bounds, Limit: 4 })).toEqual({ arns: arns.slice(2, 6), last: undefined });
  });

  test('apply even if the cursor is outside of them', async () => {
    const bounds = { TimeRangeLowerBound: at(4), TimeRangeUpperBound: at(6) };
    const after = (n: number) => listArns({ ...bounds, ExclusiveStartBackupArn: arns[n] });
    expect(await after(1)).toEqual([arns[4], arns[5]]);
    expect(await after(4)).toEqual([arns[5]]);
    expect(await after(5)).toEqual([]);
    expect(await after(7)).toEqual([]);
  });
});

describe('the cursor of a list', () => {
  test('may be a backup of another table, whose creation time counts', async () => {
    const other = arns[2];
    expect(await listArns({ TableName: first, ExclusiveStartBackupArn: other })).toEqual(
      ofFirst.filter((arn) => arns.indexOf(arn) > 2),
    );
  });

  test('is rejected if it is not the ARN of a backup', async () => {
    const [arn = ''] = arns;
    for (const ExclusiveStartBackupArn of ['x'.repeat(40), arn.split('/backup/')[0], `${arn}x`]) {
      expectError(await wire.call('ListBackups', { ExclusiveStartBackupArn }), 'ValidationException');
    }
  });

  test('may be a deleted backup or one of a deleted table', async () => {
    const doomed = await wire.createTable('doomed');
    const gone = await wire.backUp(doomed);
    const after = await wire.backUp(first, 'after');
    await wire.ok('DeleteBackup', { BackupArn: gone });
    await wire.dropTable(doomed);
    expect(await listArns({ ExclusiveStartBackupArn: gone })).toEqual([after]);
    expect(await listArns({ ExclusiveStartBackupArn: gone, TableName: first })).toEqual([after]);
    await wire.ok('DeleteBackup', { BackupArn: after });
    expect(await listArns({ ExclusiveStartBackupArn: after })).toEqual([]);
    expect(await listArns({ ExclusiveStartBackupArn: arns[6] })).toEqual([arns[7]]);
  });
});

test('a list of type USER or ALL has all backups, of SYSTEM or AWS_BACKUP none, and other types are rejected', async () => {
  for (const BackupType of ['USER', 'ALL']) {
    for (const [body, all] of views()) expect(await listArns({ ...body, BackupType })).toEqual(all);
  }
  for (const BackupType of ['SYSTEM', 'AWS_BACKUP']) {
    for (const [body] of views()) expect(await listArns({ ...body, BackupType })).toEqual([]);
  }
  for (const BackupType of ['user', '', 'X', '__proto__', 'constructor']) {
    const answer = await wire.call('ListBackups', { BackupType });
    expectError(answer, 'ValidationException', /Member must satisfy enum value set/);
  }
});

test('a list with a limit outside 1 to 100 is rejected, and null members count as absent', async () => {
  for (const Limit of [0, -1, 101, 2 ** 31 - 1]) {
    expectError(await wire.call('ListBackups', { Limit }), 'ValidationException', /at 'limit' failed/);
  }
  expect(await listArns({ Limit: null, TableName: null, ExclusiveStartBackupArn: null })).toEqual(arns);
  for (const Limit of [2 ** 31, 1e20, 1.5, '1', true, [], {}]) {
    expectNoFault(await wire.call('ListBackups', { Limit }), `Limit ${JSON.stringify(Limit)}`);
  }
});

test('deleted backups do not shorten a page of a list', async () => {
  const TableName = await wire.createTable('sparse');
  const made: string[] = [];
  for (let i = 0; i < 6; i++) made.push(await wire.backUp(TableName));
  for (const i of [0, 1, 3, 5]) await wire.ok('DeleteBackup', { BackupArn: made[i] });
  const [, , early, , late] = made;
  expect(await wire.list({ TableName, Limit: 1 })).toEqual({ arns: [early], last: early });
  expect(await wire.list({ TableName, Limit: 2 })).toEqual({ arns: [early, late], last: undefined });
  const next = { TableName, Limit: 1, ExclusiveStartBackupArn: early };
  expect(await wire.list(next)).toEqual({ arns: [late], last: undefined });
});

test('the list of a table’s name has the backups of all tables that ever had the name', async () => {
  const TableName = await wire.createTable('again');
  const old = await wire.backUp(TableName);
  await wire.dropTable(TableName);
  expect(await listArns({ TableName })).toEqual([old]);
  await wire.createTable('again');
  const made = await wire.backUp(TableName);
  expect(await listArns({ TableName })).toEqual([old, made]);
  const { BackupSummaries } = await wire.ok('ListBackups', { TableName });
  expect(new Set((BackupSummaries as Json[]).map(({ TableId }) => TableId)).size).toBe(2);
});
