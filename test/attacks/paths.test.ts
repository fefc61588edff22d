import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apiOperations } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { handle } from '../../lambda/dialects/dynamodb/dialect.ts';
import type { Operation } from '../../lambda/dialects/dynamodb/operation.ts';
import { pathOf, type Verb, verbs } from '../../lambda/dialects/dynamodb/paths.ts';
import { silentLog } from '../../lambda/runtime/logger.ts';
import { arn, fakeOperations, post, tableArn, validRequests, wasCalled } from '../dialects/dynamodb/fakes.ts';
import { scaleRuns } from '../support/scale.ts';

/*
 * Attacks of a caller whose rights end at a path of the table Music, and at the target Copy. None may reach an operation.
 */

/** Sends a request. Returns whether it reached an operation, and expects a refusal if it did not. */
async function reaches(operation: string, body: unknown, path: string): Promise<boolean> {
  const operations = fakeOperations();
  const { status } = await handle(operations, post(operation, body, { path }), silentLog);
  const isReached = wasCalled(operations);
  expect(status).toBe(isReached ? 200 : 400);
  return isReached;
}

const others = ['Lyrics', 'music', 'MUSIC', 'Music2', 'Mus', 'Copy2'];
const place = { table: 'Music', target: 'Copy' };
const arnOf = (table: string) => arn.replace('/Music/', `/${table}/`);

describe('a request that names another table than its path', () => {
  const named = apiOperations.flatMap(({ name, members, verbs: own }: Operation) =>
    Object.entries(members).flatMap(([member, { names }]) =>
      names === undefined ? [] : own.map((verb) => ({ operation: name, member, names, verb })),
    ),
  );

  test.each(named)(
    'is refused: $operation by $member at the verb $verb',
    async ({ operation, member, names, verb }) => {
      const valid: object = Object.entries(validRequests).find(([name]) => name === operation)?.[1] ?? {};
      for (const table of others) {
        const isBackup = names === 'backup' || names === 'cursor';
        const forms = isBackup ? [arnOf(table)] : [table, tableArn.replace('/Music', `/${table}`)];
        for (const value of forms) {
          const body = { TableName: 'Music', ...valid, [member]: value };
          expect(await reaches(operation, body, pathOf({ ...place, verb }))).toBe(false);
        }
      }
    },
  );
});

describe('an unusual spelling of the name of Music or its backup', () => {
  const names = [
    ' Music',
    'Music ',
    'Music\n',
    'Music\u0000',
    'Mus\u200bic',
    'Ｍusic',
    'Music/',
    './Music',
    'Lyrics/../Music',
    '%4dusic',
    'Music:1',
    `${tableArn}\n`,
    `${tableArn}/index/x`,
    tableArn.replace('table/', 'table/Lyrics/../'),
    tableArn.replace(':table/', ':table/Lyrics:table/'),
  ];
  test.each(names)('is refused: %j', async (TableName) => {
    const create = { TableName, BackupName: 'nightly' };
    expect(await reaches('CreateBackup', create, '/backup/Music')).toBe(false);
    expect(await reaches('DescribeTable', { TableName }, '/read/Music')).toBe(false);
    expect(await reaches('ListBackups', { TableName }, '/read/Music')).toBe(false);
  });

  const arns = [
    ` ${arn}`,
    `${arn}\n`,
    `${arn}\n${arnOf('Lyrics')}`,
    `${arnOf('Lyrics')}\n${arn}`,
    arn.replace('/backup/', '/backup/../../Lyrics/backup/'),
    arn.replace('table/Music', 'table/Lyrics/table/Music'),
    arn.replace('Music', 'Mu:sic'),
    arn.replace('Music', 'Musíc'),
    arn.toUpperCase(),
    'arn:'.repeat(300),
  ];
  test.each(arns)('is refused: %j', async (BackupArn) => {
    expect(await reaches('DeleteBackup', { BackupArn }, '/delete/Music')).toBe(false);
    expect(await reaches('GetBackupItem', { BackupArn, Key: { k: { S: 'x' } } }, '/read/Music')).toBe(false);
  });
});

describe('an unusual spelling of a path of the endpoint', () => {
  test.each([
    '/delete/%4dusic',
    '/delete/Mus%69c',
    '/%64elete/Music',
    '/delete%2fMusic',
    '//delete/Music',
    '/delete//Music',
    '/delete/Music//',
    '/delete/Music/.',
    '/delete/Lyrics/../Music',
    '/./delete/Music',
    '/DELETE/Music',
    '/Delete/Music',
    '/delete/Music ',
    '/delete /Music',
    '/delete/Music\t',
    '/delete/Music\n',
    '/delete/Music?x',
    '/delete/Music#x',
    '/delete/Music;x',
    '/delete/Music/Copy',
    '/delete',
    '/delete/',
    '/prod/delete/Music',
    'delete/Music',
    '',
    '\\delete\\Music',
    `/delete/Music${'/'.repeat(5000)}`,
  ])('is refused: %j', async (path) => {
    expect(await reaches('DeleteBackup', { BackupArn: arn }, path)).toBe(false);
  });
});

describe('a body that hides which table it names', () => {
  test('is checked by the last of two members with one name, because only the last one counts', async () => {
    const body = (first: string, last: string) =>
      `{"TableName":"${first}","BackupName":"nightly","TableName":"${last}"}`;
    expect(await reaches('CreateBackup', body('Music', 'Lyrics'), '/backup/Music')).toBe(false);
    expect(await reaches('CreateBackup', body('Lyrics', 'Music'), '/backup/Music')).toBe(true);
  });

  test.each([
    '{"__proto__":{"TableName":"Music"}}',
    '{"constructor":{"prototype":{"TableName":"Music"}}}',
    '{"tableName":"Music"}',
    '{"TableName ":"Music"}',
    '{"TableName":null}',
    '{"TableName":["Music"]}',
    '{"TableName":{"S":"Music"}}',
    '{}',
  ])('cannot list the backups of all tables: %s', async (body) => {
    expect(await reaches('ListBackups', body, '/read/Music')).toBe(false);
  });

  test('cannot list the backups of all tables by a cursor of Music alone', async () => {
    expect(await reaches('ListBackups', { ExclusiveStartBackupArn: arn }, '/read/Music')).toBe(false);
  });
});

describe('a target with doubled, spaced or cased letters', () => {
  test.each(['copy', 'COPY', 'CCopy', 'Copy ', ' Copy', 'Copy\n', 'Copy/Copy', 'Music'])(
    'is refused: %j',
    async (TargetTableName) => {
      const body = { BackupArn: arn, TargetTableName };
      expect(await reaches('RestoreTableFromBackup', body, '/restore/Music/Copy')).toBe(false);
    },
  );
});

test('no request reaches an operation with a table that its path does not name', async () => {
  const text = fc.constantFrom('Music', 'Copy', 'Lyrics', tableArn, arn, arnOf('Lyrics'), '', 'a', null, 7);
  const requests = fc.constantFrom<Operation>(...apiOperations).chain((operation) =>
    fc.record({
      operation: fc.constant(operation),
      body: fc.record(
        Object.fromEntries(
          Object.keys(operation.members).map((member) => [
            member,
            /Table(Name|Arn)|BackupArn/.test(member) ? text : fc.constant(undefined),
          ]),
        ),
        { requiredKeys: [] },
      ),
      verb: fc.constantFrom<Verb>(...verbs),
      table: fc.constantFrom('Music', 'Copy'),
    }),
  );
  await fc.assert(
    fc.asyncProperty(requests, async ({ operation, body, verb, table }) => {
      const target = table === 'Music' ? 'Copy' : 'Music';
      const valid: object =
        Object.entries(validRequests).find(([name]) => name === operation.name)?.[1] ?? {};
      const request = { ...valid, ...body };
      const isReached = await reaches(operation.name, request, pathOf({ verb, table, target }));
      expect(isReached && JSON.stringify(request).includes('Lyrics')).toBe(false);
    }),
    { numRuns: scaleRuns(500) },
  );
});
