import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll, describe, expect, it } from 'vitest';
import { configOf, parseConfig } from '../../lib/config.ts';

const schedule = { name: 'daily', tables: ['orders-eu'], expression: 'rate(1 day)' };
const withSchedule = (change: object) => ({ tables: ['orders-*'], schedules: [{ ...schedule, ...change }] });

describe('what is not given takes its default', () => {
  it('for everything', () => {
    expect(parseConfig({})).toEqual({
      tables: ['tidemark-*'],
      missingStream: 'refuse',
      base: 'export',
      missingRecovery: 'refuse',
      settleSeconds: 10,
      scanSegments: 8,
      restoreBy: 'auto',
      maxConcurrency: 40,
      logRetentionDays: 30,
      schedules: [],
      prefix: '',
    });
  });

  it('and what is given is kept', () => {
    const given = {
      tables: ['orders-*', 'arn:aws:dynamodb:eu-west-1:123456789012:table/users', '*'],
      missingStream: 'enable',
      base: 'scan',
      missingRecovery: 'enable',
      settleSeconds: 0,
      scanSegments: 500,
      restoreBy: 'writes',
      maxConcurrency: 1,
      logRetentionDays: 365,
      schedules: [
        { ...schedule, timeZone: 'Europe/Vienna', keepDays: 30 },
        { ...schedule, name: 'often', expression: 'cron(0/15 8-18 ? * MON-FRI *)' },
        { ...schedule, name: 'once', expression: 'at(2030-01-31T03:00:00)', source: 'native' },
      ],
      prefix: 'backups/eu',
    };
    expect(parseConfig(given)).toEqual(given);
  });
});

describe('what is wrong is refused, saying which member and what to do', () => {
  it.each([
    ['no object', [], /^tidemark must be an object$/],
    [
      'an unknown member',
      { table: [] },
      /^tidemark\.table is not known: the members are tables, missingStream/,
    ],
    ['no table', { tables: [] }, /^tidemark\.tables must name at least one table/],
    ['a table list that is none', { tables: 'orders' }, /^tidemark\.tables must be a list$/],
    [
      'a table that is no name',
      { tables: ['a', 'or ders'] },
      /^tidemark\.tables\[1\] must be a table name, a pattern/,
    ],
    [
      'an ARN of a backup',
      { tables: ['arn:aws:dynamodb:eu-west-1:123456789012:table/a/backup/b'] },
      /tables\[0\]/,
    ],
    ['another way', { missingStream: 'ignore' }, /^tidemark\.missingStream must be refuse or enable$/],
    ['no way', { restoreBy: 'magic' }, /^tidemark\.restoreBy must be auto or import or writes$/],
    ['a fraction', { settleSeconds: 0.5 }, /^tidemark\.settleSeconds must be a whole number from 0 to 600$/],
    [
      'a number as text',
      { scanSegments: '8' },
      /^tidemark\.scanSegments must be a whole number from 1 to 500$/,
    ],
    ['too many', { maxConcurrency: 501 }, /^tidemark\.maxConcurrency must be a whole number from 1 to 500$/],
    [
      'a retention that is not kept',
      { logRetentionDays: 31 },
      /^tidemark\.logRetentionDays must be one of 1, 3, 5, 7/,
    ],
    ['retention for ever', { logRetentionDays: 9999 }, /^tidemark\.logRetentionDays must be one of/],
    ['slashes at the ends', { prefix: '/backups/' }, /^tidemark\.prefix must be a key prefix/],
    [
      'a schedule without a table',
      withSchedule({ tables: [] }),
      /schedules\[0\]\.tables must name at least one/,
    ],
    [
      'a pattern in a schedule',
      withSchedule({ tables: ['orders-*'] }),
      /schedules\[0\]\.tables\[0\] must be the name/,
    ],
    ['a table twice', withSchedule({ tables: ['orders-eu', 'orders-eu'] }), /tables names a table twice$/],
    [
      'a table that is not covered',
      withSchedule({ tables: ['users'] }),
      /daily backs up users, which tidemark\.tables/,
    ],
    [
      'no expression',
      withSchedule({ expression: 'daily' }),
      /schedules\[0\]\.expression must be rate\(1 day\), cron/,
    ],
    [
      'five cron fields',
      withSchedule({ expression: 'cron(0 3 * * ?)' }),
      /schedules\[0\]\.expression must be/,
    ],
    ['no zone', withSchedule({ timeZone: 'Vienna' }), /schedules\[0\]\.timeZone must be the IANA name/],
    [
      'no time to keep',
      withSchedule({ keepDays: 0 }),
      /schedules\[0\]\.keepDays must be a whole number from 1/,
    ],
    ['another source', withSchedule({ source: 'tape' }), /schedules\[0\]\.source must be native$/],
    [
      'two of one name',
      { tables: ['orders-*'], schedules: [schedule, schedule] },
      /two schedules named daily/,
    ],
  ])('%s', (_case, given, message) => {
    expect(() => parseConfig(given)).toThrow(expect.objectContaining({ name: 'Validation' }));
    expect(() => parseConfig(given)).toThrow(message);
  });
});

const parse = (pattern: string, table: string) =>
  parseConfig({ tables: [pattern], schedules: [{ ...schedule, tables: [table] }] });

describe('a table of a schedule', () => {
  const account = 'arn:aws:dynamodb:eu-west-1:123456789012:table';
  it.each([
    ['orders-*', 'orders-eu'],
    ['orders', `${account}/orders`],
    [`${account}/orders-*`, 'orders-eu'],
    [`${account}/orders-*`, `${account}/orders-eu`],
  ])('is covered by %s: %s', (pattern, table) => {
    expect(parse(pattern, table).schedules[0]?.tables).toEqual([table]);
  });

  it.each([
    ['orders-*', 'my-orders-eu'],
    ['orders', 'orders-eu'],
    ['a.bc', 'axbc'],
    [`${account}/orders`, 'arn:aws:dynamodb:us-east-1:123456789012:table/orders'],
  ])('is not covered by %s: %s', (pattern, table) => {
    expect(() => parse(pattern, table)).toThrow(/does not cover/);
  });
});

describe('the configuration is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-config-'));
  const config = join(folder, 'config.json');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('in the context', () => {
    expect(
      configOf(new App({ outdir: folder, context: { tidemark: { tables: ['a-*'] } } }).node).tables,
    ).toEqual(['a-*']);
  });

  it('in the file that the context names', () => {
    writeFileSync(config, '{"tables": ["b-*"]}');
    expect(configOf(new App({ outdir: folder, context: { config } }).node).tables).toEqual(['b-*']);
  });

  it('in the example', () => {
    const example = join(import.meta.dirname, '..', '..', 'tidemark.config.example.json');
    expect(configOf(new App({ outdir: folder, context: { config: example } }).node).schedules[0]?.name).toBe(
      'nightly',
    );
  });

  it('in one of them only', () => {
    const { node } = new App({ outdir: folder, context: { config, tidemark: {} } });
    expect(() => configOf(node)).toThrow(/^config cannot stand beside the context key `tidemark`/);
  });

  it('or the file is named in the error', () => {
    writeFileSync(config, '{"tables": ');
    expect(() => configOf(new App({ outdir: folder, context: { config } }).node)).toThrow(
      /config\.json cannot be read as JSON$/,
    );
    expect(() => configOf(new App({ outdir: folder, context: { config: `${config}.no` } }).node)).toThrow(
      /config\.json\.no cannot/,
    );
  });
});
