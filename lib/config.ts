import { readFileSync } from 'node:fs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Node } from 'constructs';
import { type Config as RuntimeConfig, defaultConfig } from '../lambda/services/config.ts';
import { TidemarkError } from '../lambda/runtime/errors.ts';
import { maxMapItems } from '../lambda/jobs/states.ts';
import { choice, list, members, refuse, text, wholeNumber } from './config-members.ts';
import { scheduleConfig } from './schedule-config.ts';
import type { ScheduleConfig } from './schedule-config.ts';
import { covers, tablePattern } from './table-patterns.ts';

/**
 * What a deployment decides. Given as the CDK context key `tidemark` (an object, in `cdk.json` or `cdk.context.json`),
 * or as a JSON file named by the context key `config`:
 *
 *     cdk deploy -c config=tidemark.config.json
 *
 * A member that is missing takes its default; one that is unknown or wrong is refused by name.
 */
export interface TidemarkConfig {
  /**
   * The tables that Tidemark may back up and restore to: names, names with `*` such as `orders-*`, or table ARNs.
   * They bound every right to user tables, so a restore's target must match one too.
   *
   * @default ['tidemark-*'], with a warning at synthesis: a deployment should say which tables it is for
   */
  readonly tables: readonly string[];
  /**
   * A table without a stream of new and old images: a backup that needs one is refused, or its stream is switched on by
   * the next backup, unless that asks for an export.
   *
   * @default 'refuse'
   */
  readonly missingStream: 'refuse' | 'enable';
  /**
   * What a table is read by when there is no snapshot of it to continue. `export`: DynamoDB's export, which takes no
   * throughput of the table and needs its point-in-time recovery. `scan`: a scan with the table's stream, which takes read
   * capacity.
   *
   * @default 'export'
   */
  readonly base: 'export' | 'scan';
  /**
   * A table that is to be exported and has no point-in-time recovery: its backup is refused, or recovery is switched on
   * (which DynamoDB bills by the size of the table).
   *
   * @default 'refuse'
   */
  readonly missingRecovery: 'refuse' | 'enable';
  /**
   * Seconds after a backup's request before the stream is taken to show all earlier writes.
   *
   * @default 10
   */
  readonly settleSeconds: number;
  /**
   * Segments into which the first scan of a table is cut: 1 to 500.
   *
   * @default 8
   */
  readonly scanSegments: number;
  /**
   * How restored tables get their items. `import`: DynamoDB imports them from the bucket, without write capacity and
   * for less, in ten minutes or more. `writes`: they are written, which takes seconds for small tables. `auto`: imported from
   * 1 GiB on, where an import can make the table.
   *
   * @default 'auto'
   */
  readonly restoreBy: RuntimeConfig['restoreBy'];
  /**
   * Functions of one execution that work at the same time: 1 to 500. All executions share the account's limit.
   *
   * @default 40
   */
  readonly maxConcurrency: number;
  /**
   * Days that logs are kept: one of the numbers that CloudWatch Logs accepts (1, 3, 5, 7, 14, 30, 60, 90, ...).
   *
   * @default 30
   */
  readonly logRetentionDays: RetentionDays;
  /**
   * Backups that are made by the clock.
   *
   * @default none
   */
  readonly schedules: readonly ScheduleConfig[];
  /**
   * Key prefix of everything in the bucket, without slashes at its ends. Never change it once backups exist.
   *
   * @default '' (the bucket's root)
   */
  readonly prefix: string;
}

/** For trying Tidemark without a configuration; a warning says so. */
export const exampleTables: readonly string[] = ['tidemark-*'];

/** The configuration in the app's context. Throws `Validation` saying which member to mend and how. */
export function configOf(node: Node): TidemarkConfig {
  const file: unknown = node.tryGetContext('config');
  const inline: unknown = node.tryGetContext('tidemark');
  if (file === undefined) return parseConfig(inline ?? {});
  if (inline !== undefined)
    refuse('config', 'cannot stand beside the context key `tidemark`: keep one of them');
  return parseConfig(fileContent(text(file, 'config', /./, 'the path of a JSON file')));
}

/** Throws `Validation` saying which member to mend and how. */
export function parseConfig(value: unknown): TidemarkConfig {
  const given = members(value, 'tidemark', [
    'tables',
    'missingStream',
    'base',
    'missingRecovery',
    'settleSeconds',
    'scanSegments',
    'restoreBy',
    'maxConcurrency',
    'logRetentionDays',
    'schedules',
    'prefix',
  ]);
  const tables =
    given.tables === undefined ? exampleTables : list(given.tables, 'tidemark.tables', tablePattern);
  if (tables.length === 0)
    refuse('tidemark.tables', 'must name at least one table or pattern, such as "orders-*"');
  const schedules = list(given.schedules ?? [], 'tidemark.schedules', scheduleConfig);
  checkSchedules(schedules, tables);
  return {
    tables,
    schedules,
    missingStream: choice(given.missingStream ?? defaultConfig.missingStream, 'tidemark.missingStream', [
      'refuse',
      'enable',
    ]),
    base: choice(given.base ?? defaultConfig.base, 'tidemark.base', ['export', 'scan']),
    missingRecovery: choice(
      given.missingRecovery ?? defaultConfig.missingRecovery,
      'tidemark.missingRecovery',
      ['refuse', 'enable'],
    ),
    settleSeconds: wholeNumber(
      given.settleSeconds ?? defaultConfig.settleMs / 1000,
      'tidemark.settleSeconds',
      0,
      600,
    ),
    scanSegments: wholeNumber(
      given.scanSegments ?? defaultConfig.scanSegments,
      'tidemark.scanSegments',
      1,
      maxMapItems,
    ),
    restoreBy: choice(given.restoreBy ?? 'auto', 'tidemark.restoreBy', ['auto', 'import', 'writes']),
    maxConcurrency: wholeNumber(given.maxConcurrency ?? 40, 'tidemark.maxConcurrency', 1, maxMapItems),
    logRetentionDays: logRetention(given.logRetentionDays ?? RetentionDays.ONE_MONTH),
    prefix: text(
      given.prefix ?? '',
      'tidemark.prefix',
      /^([\w.-]+(\/[\w.-]+)*)?$/,
      'a key prefix such as "backups/eu"',
    ),
  };
}

function checkSchedules(schedules: readonly ScheduleConfig[], patterns: readonly string[]): void {
  const names = new Set<string>();
  for (const { name, tables } of schedules) {
    if (names.has(name))
      refuse('tidemark.schedules', `has two schedules named ${name}: give each its own name`);
    names.add(name);
    for (const table of tables) {
      if (!patterns.some((pattern) => covers(pattern, table))) {
        refuse(
          'tidemark.schedules',
          `${name} backs up ${table}, which tidemark.tables does not cover: add it there`,
        );
      }
    }
  }
}

function logRetention(value: unknown): RetentionDays {
  const days = Object.values(RetentionDays).filter(
    (day) => typeof day === 'number' && day < RetentionDays.INFINITE,
  );
  const found = days.find((day) => day === value);
  if (typeof found !== 'number')
    return refuse('tidemark.logRetentionDays', `must be one of ${days.join(', ')}`);
  return found;
}

function fileContent(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new TidemarkError('Validation', `config: ${path} cannot be read as JSON`, { cause: error });
  }
}
