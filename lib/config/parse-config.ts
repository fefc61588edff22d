import { Ajv } from 'ajv';
import { TidemarkError } from '../../lambda/runtime/errors.ts';
import { covers, namePart } from './table-patterns.ts';
import { memberName, problemOf } from './problems.ts';
import { configSchema, memberSchemas, scheduleSchema } from './schema.ts';
import { defaultTidemarkConfig, type ScheduleConfig, type TidemarkConfig } from './tidemark-config.ts';

type GivenConfig = Partial<TidemarkConfig> & { readonly $schema?: string };

// `verbose`: an error has the schema of the member that is wrong.
const ajv = new Ajv({ allErrors: true, verbose: true })
  .addVocabulary(['errorMessage'])
  .addFormat('iana-time-zone', isTimeZone);
const isConfig = ajv.compile<GivenConfig>(configSchema);
const isTables = ajv.compile<readonly string[]>(memberSchemas.tables);
const isSchedule = ajv.compile<ScheduleConfig>(scheduleSchema);

/**
 * Checks a configuration and adds the defaults. Throws `Validation` with all problems, one a line: where the configuration
 * comes from, the member, and what it must be.
 */
export function parseConfig(value: unknown, origin: string): TidemarkConfig {
  const isSound = isConfig(value);
  const problems = new Set([...(isConfig.errors ?? []).map(problemOf), ...scheduleProblems(value)]);
  if (!isSound || problems.size > 0) {
    throw new TidemarkError('Validation', [...problems].map((problem) => `${origin}: ${problem}`).join('\n'));
  }
  const { $schema: _, ...given } = value;
  return { ...defaultTidemarkConfig, ...given };
}

/** What a schema cannot say of the schedules. Members that the schema refuses are passed over. */
function scheduleProblems(config: unknown): string[] {
  const { tables = defaultTidemarkConfig.tables, schedules }: Record<string, unknown> = { ...Object(config) };
  if (!Array.isArray(schedules)) return [];
  const names = new Set<string>();
  return schedules.flatMap((schedule: unknown, index) => {
    if (!isSchedule(schedule)) return [];
    const path = `/schedules/${index}`;
    const problems = [
      ...(names.has(schedule.name)
        ? [
            `${memberName(`${path}/name`)} is ${schedule.name}, as that of an earlier schedule: choose another`,
          ]
        : []),
      ...tableProblems(schedule.tables, isTables(tables) ? tables : undefined, `${path}/tables`),
    ];
    names.add(schedule.name);
    return problems;
  });
}

/** `patterns` is undefined if they are wrong themselves. */
function tableProblems(
  tables: readonly string[],
  patterns: readonly string[] | undefined,
  path: string,
): string[] {
  const names = tables.map(namePart);
  return tables.flatMap((table, index) => {
    const member = memberName(`${path}/${index}`);
    return [
      ...(names.indexOf(namePart(table)) < index
        ? [`${member} names ${namePart(table)} a second time: remove it`]
        : []),
      ...(patterns?.some((pattern) => covers(pattern, table)) === false
        ? [`${member} is ${table}, which no entry of tables matches: add one there`]
        : []),
    ];
  });
}

function isTimeZone(name: string): boolean {
  // `Intl` also takes offsets such as +01:00, which EventBridge Scheduler does not.
  if (!/^[A-Za-z][\w+/-]*$/.test(name)) return false;
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
