import { choice, list, members, refuse, text, wholeNumber } from './config-members.ts';
import { namePart, tableName } from './table-patterns.ts';

/** One entry of the configuration's `schedules`. */
export interface ScheduleConfig {
  /** Unique; the backups carry it as who asked for them. */
  readonly name: string;
  /** Tables by name or ARN, each backed up by itself; `tables` of the configuration must cover them. */
  readonly tables: readonly string[];
  /** `rate(1 day)`, `cron(0 3 * * ? *)` or `at(2030-01-31T03:00:00)`, as EventBridge Scheduler reads them. */
  readonly expression: string;
  /**
   * IANA name of the zone in which `cron` and `at` are read.
   *
   * @default UTC
   */
  readonly timeZone?: string;
  /**
   * Days after which the backup is deleted.
   *
   * @default backups are kept until they are deleted
   */
  readonly keepDays?: number;
  /**
   * `native`: DynamoDB's own on-demand backups, which it keeps.
   *
   * @default backups of Tidemark's
   */
  readonly source?: 'native';
}

// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
const expressionForm =
  /^(rate\([1-9]\d* (minute|hour|day)s?\)|cron\(\S+( \S+){5}\)|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\))$/;

/** Throws `Validation`. */
export function scheduleConfig(value: unknown, path: string): ScheduleConfig {
  const given = members(value, path, ['name', 'tables', 'expression', 'timeZone', 'keepDays', 'source']);
  const tables = list(given.tables, `${path}.tables`, tableName);
  if (tables.length === 0) refuse(`${path}.tables`, 'must name at least one table');
  if (new Set(tables.map(namePart)).size < tables.length) refuse(`${path}.tables`, 'names a table twice');
  return {
    name: text(given.name, `${path}.name`, /^[\w.-]{1,64}$/, 'up to 64 letters, digits, ".", "_" or "-"'),
    tables,
    expression: text(
      given.expression,
      `${path}.expression`,
      expressionForm,
      'rate(1 day), cron(minutes hours day-of-month month day-of-week year) or at(yyyy-mm-ddThh:mm:ss)',
    ),
    ...(given.timeZone !== undefined && { timeZone: timeZone(given.timeZone, `${path}.timeZone`) }),
    ...(given.keepDays !== undefined && {
      keepDays: wholeNumber(given.keepDays, `${path}.keepDays`, 1, 36_500),
    }),
    ...(given.source !== undefined && { source: choice(given.source, `${path}.source`, ['native']) }),
  };
}

function timeZone(value: unknown, path: string): string {
  const expected = 'the IANA name of a time zone, such as Europe/Vienna';
  const name = text(value, path, /^[\w+/-]+$/, expected);
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    refuse(path, `must be ${expected}`);
  }
  return name;
}
