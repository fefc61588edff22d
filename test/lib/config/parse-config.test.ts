import { describe, expect, it } from 'vitest';
import { isError } from '../../../lambda/runtime/errors.ts';
import { parseConfig } from '../../../lib/config/parse-config.ts';
import { memberSchemas } from '../../../lib/config/schema.ts';
import { defaultTidemarkConfig } from '../../../lib/config/tidemark-config.ts';

const schedule = { name: 'daily', tables: ['orders-eu'], expression: 'rate(1 day)' };
const withSchedule = (change: object) => ({ tables: ['orders-*'], schedules: [{ ...schedule, ...change }] });

const parse = (value: unknown) => parseConfig(value, 'tidemark.json');

/** Returns the lines of the error that refuses a configuration, without the origin with which each must begin; or none. */
function problems(value: unknown): string[] {
  try {
    parse(value);
    return [];
  } catch (error) {
    if (!isError(error, 'Validation')) throw error;
    return error.message.split('\n').map((line) => {
      if (!line.startsWith('tidemark.json: ')) throw error;
      return line.replace('tidemark.json: ', '');
    });
  }
}

describe('parseConfig', () => {
  it('gives every missing member its default', () => {
    expect(parse({})).toEqual({
      tables: ['tidemark-*'],
      missingStream: 'refuse',
      base: 'export',
      missingRecovery: 'refuse',
      settleSeconds: 10,
      scanSegments: 8,
      restoreBy: 'auto',
      maxConcurrency: 40,
      reservedConcurrency: 0,
      logRetentionDays: 30,
      schedules: [],
      groups: [],
      sinks: [],
      dialects: [],
      teams: [],
      prefix: '',
    });
  });

  it('gives defaults that it accepts itself', () => {
    expect(problems(defaultTidemarkConfig)).toEqual([]);
    expect(Object.keys(defaultTidemarkConfig)).toEqual(Object.keys(memberSchemas));
  });

  it('keeps every member of the configuration', () => {
    const given = {
      tables: ['orders-*', 'arn:aws:dynamodb:eu-west-1:123456789012:table/users', '*'],
      missingStream: 'enable',
      base: 'scan',
      missingRecovery: 'enable',
      settleSeconds: 0,
      scanSegments: 500,
      restoreBy: 'writes',
      maxConcurrency: 1,
      reservedConcurrency: 20,
      logRetentionDays: 365,
      schedules: [
        { ...schedule, timeZone: 'Europe/Vienna', keepDays: 30, sink: 'archive' },
        { ...schedule, name: 'often', expression: 'cron(0/15 8-18 ? * MON-FRI *)' },
        { ...schedule, name: 'once', expression: 'at(2030-01-31T03:00:00)', source: 'native' },
      ],
      dialects: ['rds', 'kinetica'],
      groups: [
        { name: 'shop', tables: ['orders-*', 'users'] },
        { name: 'live', tables: ['*'], tags: { stage: 'live' } },
      ],
      sinks: [
        {
          name: 'archive',
          bucket: 'cold',
          prefix: 'backups/eu',
          storageClass: 'GLACIER_IR',
          folder: '/mnt/cold',
        },
        {
          name: 'other-account',
          bucket: 'cold',
          prefix: 'backups/us',
          kmsKey: 'arn:aws:kms:eu-west-1:210987654321:key/1234abcd-12ab',
          role: { arn: 'arn:aws:iam::210987654321:role/tidemark', externalId: 'shop' },
        },
      ],
      teams: [
        { name: 'Shop', tables: ['orders-*'], verbs: ['read', 'backup'] },
        { name: 'Ops', tables: ['users'], targets: ['users-copy'], verbs: ['restore'] },
      ],
      prefix: 'backups/eu',
    };
    expect(parse(given)).toEqual(given);
  });

  it('drops the member $schema, which only editors need', () => {
    expect(parse({ $schema: './lib/config/tidemark.config.schema.json' })).toEqual(defaultTidemarkConfig);
  });

  it.each([
    ['a configuration that is a list', [], 'the configuration must be an object'],
    [
      'an unknown member',
      { table: [] },
      `table is unknown: the members are ${Object.keys(memberSchemas).join(', ')}, $schema`,
    ],
    [
      'an empty list of tables',
      { tables: [] },
      'tables must be a list of at least one table or pattern, such as "orders-*"',
    ],
    [
      'tables that are no list',
      { tables: 'orders' },
      'tables must be a list of at least one table or pattern, such as "orders-*"',
    ],
    [
      'null instead of a list',
      { tables: null },
      'tables must be a list of at least one table or pattern, such as "orders-*"',
    ],
    [
      'a table name with a space',
      { tables: ['a', 'or ders'] },
      'tables[1] must be a table name, a pattern such as "orders-*", or a table ARN',
    ],
    [
      'the ARN of a backup as a table',
      { tables: ['arn:aws:dynamodb:eu-west-1:123456789012:table/a/backup/b'] },
      'tables[0] must be a table name, a pattern such as "orders-*", or a table ARN',
    ],
    [
      'a verb that there is not',
      { teams: [{ name: 'Shop', tables: ['a-*'], verbs: ['write'] }] },
      'teams[0].verbs[0] must be "read", "backup", "delete", "restore", "reencrypt", or "recovery"',
    ],
    [
      'a team that restores to no table',
      { teams: [{ name: 'Shop', tables: ['a-*'], verbs: ['restore'] }] },
      'teams[0].targets is missing: its verbs restore tables, so name the tables to restore to',
    ],
    [
      'two teams of one name',
      { teams: ['Shop', 'shop'].map((name) => ({ name, tables: ['a-*'], verbs: ['read'] })) },
      'teams[1].name is shop, which is the name of an earlier team: choose another',
    ],
    [
      'a team whose policy would be too large',
      {
        teams: [
          {
            name: 'Shop',
            tables: Array.from({ length: 10 }, (_, i) => `table-${i}`),
            targets: Array.from({ length: 10 }, (_, i) => `copy-${i}`),
            verbs: ['restore'],
          },
        ],
      },
      'teams[0] needs a policy of 20200 characters, but at most 5500 are possible: use patterns, such as "orders-*"',
    ],
    ['an unknown choice', { missingStream: 'ignore' }, 'missingStream must be "refuse" or "enable"'],
    [
      'an unknown one of three choices',
      { restoreBy: 'magic' },
      'restoreBy must be "auto", "import", or "writes"',
    ],
    ['a fraction', { settleSeconds: 0.5 }, 'settleSeconds must be a whole number from 0 to 600'],
    [
      'a number below the smallest',
      { settleSeconds: -1 },
      'settleSeconds must be a whole number from 0 to 600',
    ],
    ['a number as text', { scanSegments: '8' }, 'scanSegments must be a whole number from 1 to 500'],
    [
      'a number above the largest',
      { maxConcurrency: 501 },
      'maxConcurrency must be a whole number from 1 to 500',
    ],
    [
      'a retention that CloudWatch Logs does not have',
      { logRetentionDays: 31 },
      expect.stringMatching(/^logRetentionDays must be 1, 3, 5, 7, .*, or 3653$/),
    ],
    [
      'logs that are kept for ever',
      { logRetentionDays: 9999 },
      expect.stringMatching(/^logRetentionDays must be 1, 3, 5, 7, .*, or 3653$/),
    ],
    [
      'a prefix with slashes at its ends',
      { prefix: '/backups/' },
      'prefix must be a key prefix such as "backups/eu"',
    ],
    [
      'a group without tables',
      { groups: [{ name: 'shop' }] },
      'groups[0].tables is missing: it must be a list of 1 to 100 tables or patterns, such as "orders-*"',
    ],
    [
      'a group with the ARN of a table',
      { groups: [{ name: 'shop', tables: ['arn:aws:dynamodb:eu-west-1:123456789012:table/a'] }] },
      'groups[0].tables[0] must be a table name or a pattern such as "orders-*"',
    ],
    [
      'a tag that is a number',
      { groups: [{ name: 'shop', tables: ['*'], tags: { stage: 1 } }] },
      'groups[0].tags.stage must be a text of at most 256 characters',
    ],
    [
      'two groups of one name',
      { groups: [1, 2].map(() => ({ name: 'shop', tables: ['*'] })) },
      'groups[1].name is shop, which is the name of an earlier group: choose another',
    ],
    [
      'groups that do not fit into the environment of a function',
      { groups: Array.from({ length: 30 }, (_, i) => ({ name: `g${i}`, tables: ['x'.repeat(100)] })) },
      'tables, groups and sinks take 3869 characters as JSON: use patterns, so that they take at most 2000',
    ],
    [
      'a data sink of the name of the own bucket',
      { sinks: [{ name: 'default', bucket: 'cold' }] },
      "sinks[0].name is default, the deployment's own bucket: choose another",
    ],
    [
      'two data sinks of one name',
      { sinks: ['a', 'b'].map((prefix) => ({ name: 'archive', bucket: 'cold', prefix })) },
      'sinks[1].name is archive, as that of an earlier data sink: choose another',
    ],
    [
      'a data sink within another one',
      {
        sinks: [
          { name: 'archive', bucket: 'cold', prefix: 'eu' },
          { name: 'inner', bucket: 'cold', prefix: 'eu/shop' },
        ],
      },
      'sinks[1].prefix overlaps that of archive, s3://cold/eu: choose another prefix',
    ],
    [
      'a data sink around another one',
      {
        sinks: [
          { name: 'archive', bucket: 'cold', prefix: 'eu' },
          { name: 'outer', bucket: 'cold' },
        ],
      },
      'sinks[1].prefix overlaps that of archive, s3://cold/eu: choose another prefix',
    ],
    [
      'a storage class that is read after hours',
      { sinks: [{ name: 'archive', bucket: 'cold', storageClass: 'DEEP_ARCHIVE' }] },
      'sinks[0].storageClass must be "STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", or "GLACIER_IR"',
    ],
    [
      'credentials in place of a role',
      { sinks: [{ name: 'archive', bucket: 'cold', secretAccessKey: 'x' }] },
      'sinks[0].secretAccessKey is unknown: the members are name, bucket, prefix, kmsKey, storageClass, role, allowsNewSinks, folder',
    ],
    [
      'a schedule with an unknown data sink',
      { tables: ['*'], schedules: [{ ...schedule, sink: 'archive' }] },
      'schedules[0].sink is archive, which is no data sink: add it to sinks',
    ],
    [
      'a schedule of native backups with a data sink',
      { tables: ['*'], schedules: [{ ...schedule, source: 'native', sink: 'default' }] },
      'schedules[0].sink must be left out: DynamoDB keeps its own backups',
    ],
    [
      'a schedule that is a number',
      { schedules: [7] },
      'schedules[0] must be an object with the members name, tables and expression',
    ],
    [
      'a schedule without a name',
      withSchedule({ name: undefined }),
      'schedules[0].name is missing: it must be up to 64 letters, digits, ".", "_" or "-"',
    ],
    [
      'a schedule of no table',
      withSchedule({ tables: [] }),
      'schedules[0].tables must be a list of 1 to 500 tables or patterns, such as "orders-*"',
    ],
    [
      'a pattern in a schedule that the configuration does not cover',
      withSchedule({ tables: ['users-*'] }),
      'schedules[0].tables[0] is users-*, which no entry of tables matches: add one there',
    ],
    [
      'a schedule without any of its tags',
      withSchedule({ tags: {} }),
      'schedules[0].tags must be an object of 1 to 10 tags, each with a text as its value',
    ],
    [
      'a window of more than a day',
      withSchedule({ windowMinutes: 1441 }),
      'schedules[0].windowMinutes must be a whole number from 1 to 1440',
    ],
    [
      'more tables than the policies have room for',
      { tables: Array.from({ length: 500 }, (_, i) => `table-${i}`) },
      'tables has 500 entries, whose ARNs take 37890 characters in a policy, which has room for only 5000: use patterns, such as "orders-*"',
    ],
    [
      'a table that a schedule names twice',
      withSchedule({ tables: ['orders-eu', 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders-eu'] }),
      'schedules[0].tables[1] names orders-eu a second time: remove it',
    ],
    [
      'a table of a schedule that the configuration does not cover',
      withSchedule({ tables: ['users'] }),
      'schedules[0].tables[0] is users, which no entry of tables matches: add one there',
    ],
    [
      'a word as expression',
      withSchedule({ expression: 'daily' }),
      'schedules[0].expression must be rate(1 day), cron(minutes hours day-of-month month day-of-week year) or at(yyyy-mm-ddThh:mm:ss)',
    ],
    [
      'five cron fields',
      withSchedule({ expression: 'cron(0 3 * * ?)' }),
      expect.stringMatching(/^schedules\[0\]\.expression must be rate\(1 day\), cron/),
    ],
    [
      'a city as time zone',
      withSchedule({ timeZone: 'Vienna' }),
      'schedules[0].timeZone must be the IANA name of a time zone, such as Europe/Vienna',
    ],
    [
      'an offset as time zone',
      withSchedule({ timeZone: '+01:00' }),
      'schedules[0].timeZone must be the IANA name of a time zone, such as Europe/Vienna',
    ],
    [
      'zero days to keep a backup',
      withSchedule({ keepDays: 0 }),
      'schedules[0].keepDays must be a whole number from 1 to 36500',
    ],
    ['an unknown source', withSchedule({ source: 'tape' }), 'schedules[0].source must be "native"'],
    [
      'two schedules of one name',
      { tables: ['orders-*'], schedules: [schedule, schedule] },
      'schedules[1].name is daily, which is the name of an earlier schedule: choose another',
    ],
  ])('refuses %s, and names the member and what it must be', (_case, given, line) => {
    expect(problems(given)).toEqual([line]);
  });

  it('reports all problems together, including those of the schedules', () => {
    const given = {
      tables: ['orders-*'],
      base: 'tape',
      settleSeconds: '10',
      schedules: [
        { ...schedule, keepDays: 0 },
        { ...schedule, tables: ['users'] },
      ],
    };
    expect(problems(given)).toEqual([
      'base must be "export" or "scan"',
      'settleSeconds must be a whole number from 0 to 600',
      'schedules[0].keepDays must be a whole number from 1 to 36500',
      'schedules[1].tables[0] is users, which no entry of tables matches: add one there',
    ]);
  });

  const account = 'arn:aws:dynamodb:eu-west-1:123456789012:table';
  const withTables = (pattern: string, table: string) => ({
    tables: [pattern],
    schedules: [{ ...schedule, tables: [table] }],
  });

  it.each([
    ['orders-*', 'orders-eu'],
    ['orders', `${account}/orders`],
    [`${account}/orders-*`, 'orders-eu'],
    [`${account}/orders-*`, `${account}/orders-eu`],
  ])('lets the pattern %s cover the scheduled table %s', (pattern, table) => {
    expect(problems(withTables(pattern, table))).toEqual([]);
  });

  it.each([
    ['orders-*', 'my-orders-eu'],
    ['orders', 'orders-eu'],
    ['a.bc', 'axbc'],
    [`${account}/orders`, 'arn:aws:dynamodb:us-east-1:123456789012:table/orders'],
  ])('does not let the pattern %s cover the scheduled table %s', (pattern, table) => {
    expect(problems(withTables(pattern, table))).toEqual([
      expect.stringContaining('no entry of tables matches'),
    ]);
  });
});
