import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { call, expectError, expectNoFault, operations } from '../../support/wire/http.ts';
import { useRuntime } from '../../support/wire/support.ts';
import { scaleRuns } from '../../support/scale.ts';

const wire = useRuntime();

// The endpoint still answers the next request.
afterEach(() => wire.ok('ListBackups', {}));

/** Sends the body to operations and expects no internal error. */
async function expectNoFaults(
  body: string | Uint8Array,
  what: string,
  to: readonly string[] = operations,
): Promise<void> {
  for (const operation of to) {
    expectNoFault(await call(wire.url, operation, body), `${operation} ${what}`);
  }
}

describe('no operation answers with an internal error', () => {
  test.each([
    ['nothing', ''],
    ['blanks', '  \n '],
    ['null', 'null'],
    ['a number', '5'],
    ['a text', '"x"'],
    ['true', 'true'],
    ['a list', '[]'],
    ['cut off', '{"TableName": "x'],
    ['two values', '{} {}'],
    ['a comment', '/* */ {}'],
    ['in single quotes', "{'TableName': 'x'}"],
    ['NaN', '{"Limit": NaN}'],
    ['a trailing comma', '{"TableName":"abc",}'],
    ['a NUL', '\0'],
    ['a text with a NUL', '{"TableName":"a\0b"}'],
    ['a text with a lone surrogate', '{"TableName":"\\ud800","BackupName":"\\udfff"}'],
    ['a huge number', `{"Limit":1${'0'.repeat(10_000)}}`],
    ['a negative zero', '{"Limit":-0}'],
    ['a member given twice', '{"TableName":"abc","TableName":5,"BackupName":"abc"}'],
    ['XML', '<a/>'],
  ])('it answers a body that is %s', async (what, body) => {
    await expectNoFaults(body, what);
  });

  test.each([
    ['begins with a byte order mark', Buffer.from('\ufeff{"Limit":1}')],
    ['is UTF-16', Buffer.from('{"Limit":1}', 'utf16le')],
    ['is no UTF-8', Buffer.from('{"TableName":"\xff\xfe\xc0\x80"}', 'latin1')],
    ['is half a surrogate pair in UTF-8', Buffer.from([0xed, 0xa0, 0x80])],
    ['is gzip', gzipSync('{"Limit":1}')],
  ])('it answers a body that %s', async (what, body) => {
    await expectNoFaults(body, what);
  });

  test('it answers a body of random bytes', async () => {
    for (let i = 0; i < 40; i++) {
      const bytes = randomBytes(i * 7);
      await expectNoFaults(bytes, bytes.toString('hex'), [String(operations[i % operations.length])]);
    }
  });

  test.each([
    ['lists', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['maps', `${'{"a":'.repeat(100_000)}{}${'}'.repeat(100_000)}`],
    ['lists that are not closed', '['.repeat(100_000)],
  ])('it answers a body with 100,000 levels of %s', async (what, value) => {
    const some = ['CreateBackup', 'ListBackups', 'RestoreTableFromBackup', 'GetBackupItem'];
    for (const member of ['TableName', 'Unknown', 'TidemarkOptions', 'GlobalSecondaryIndexOverride', 'Key']) {
      await expectNoFaults(`{"${member}":${value}}`, `${what} in ${member}`, some);
    }
  });

  test('it answers a body with times of any form', async () => {
    const some = ['ListBackups', 'RestoreTableToPointInTime'];
    for (const value of ['"2026-01-01T00:00:00Z"', '"x"', '1e400', '-1e400', '1E3', '{}', '[]', 'true']) {
      for (const member of ['TimeRangeLowerBound', 'TimeRangeUpperBound', 'RestoreDateTime']) {
        const body = `{"SourceTableName":"abc","TargetTableName":"abc","${member}":${value}}`;
        await expectNoFaults(body, `${member} ${value}`, some);
      }
    }
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'toJSON'])(
    'it answers a body with a member or a name %s',
    async (name) => {
      for (const value of ['{"BackupName":"abc","TableName":"abc"}', '"x"', 'null', '{"toString":5}']) {
        await expectNoFaults(`{"${name}":${value}}`, `${name}: ${value}`);
      }
      await expectNoFaults(JSON.stringify({ TableName: name, BackupName: name, BackupArn: name }), name);
    },
  );
});

test('members inside __proto__ of a body are not members of the request', async () => {
  const body = '{"__proto__":{"TableName":"abc","BackupName":"abc"}}';
  const answer = await call(wire.url, 'CreateBackup', body);
  expectError(answer, 'ValidationException', /^2 validation errors/);
});

test('a body that is not JSON gets a SerializationException without a message', async () => {
  for (const body of ['{', '{"a"', 'x', '{} x']) {
    const answer = await call(wire.url, 'CreateBackup', body);
    expectError(answer, 'SerializationException');
    expect(Object.keys(answer.json)).toEqual(['__type']);
  }
});

test('a body of 15 MB gets an answer that does not repeat it', async () => {
  const long = 'x'.repeat(15_000_000);
  for (const body of [
    `{"TableName":"${long}","BackupName":"abc"}`,
    `{"Unknown":"${long}"}`,
    `{"${long}":1}`,
    ' '.repeat(15_000_000),
    `{"TableName":[${'1,'.repeat(5_000_000)}1]}`,
  ]) {
    const answer = await call(wire.url, 'CreateBackup', body);
    expectNoFault(answer, body.slice(0, 30));
    expect(answer.bytes.length).toBeLessThan(200_000);
  }
});

test('a body of 17 MB is rejected as too large', async () => {
  const answer = await call(wire.url, 'CreateBackup', Buffer.alloc(17 * 1024 * 1024, 32));
  expect([answer.status, answer.json['__type']]).toEqual([413, 'RequestEntityTooLargeException']);
});

const memberNames =
  'TableName BackupName BackupArn Limit ExclusiveStartBackupArn BackupType Key TargetTableName BillingModeOverride ' +
  'GlobalSecondaryIndexOverride LocalSecondaryIndexOverride ProvisionedThroughputOverride OnDemandThroughputOverride ' +
  'SSESpecificationOverride NextToken SourceTableName SourceTableArn UseLatestRestorableTime RestoreDateTime ' +
  'TidemarkOptions PointInTimeRecoverySpecification TimeRangeLowerBound TimeRangeUpperBound Share';

test('any value of any member is accepted or rejected without an internal error', async () => {
  const values = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom('abc', 'USER', 1, 0, -1, 1.5, 1e308, 2 ** 53, true, null, [], {}, [null], [[]], [{}]),
    fc.dictionary(
      fc.constantFrom('Kind', 'Source', 'Keep', 'IndexName', 'KeySchema', 'Projection', 'ReadCapacityUnits'),
      fc.jsonValue({ maxDepth: 2 }),
    ),
  );
  const members = fc.constantFrom(...memberNames.split(' '));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...operations),
      fc.dictionary(members, values),
      async (operation, body) => {
        expectNoFault(await call(wire.url, operation, body), `${operation} ${JSON.stringify(body)}`);
      },
    ),
    { numRuns: scaleRuns(125) },
  );
});
