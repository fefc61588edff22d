import { Ajv } from 'ajv';
import { TidemarkError } from '../../lambda/runtime/errors.ts';
import { covers, readTableName } from '../../lambda/model/table-patterns.ts';
import { hasTarget, pathOf, placesOf } from '../../lambda/dialects/dynamodb/paths.ts';
import { findSinkProblems } from './sink-problems.ts';
import { toMemberName, toProblem } from './problems.ts';
import { scheduleSchema, teamSchema } from './entry-schemas.ts';
import { configSchema, memberSchemas } from './schema.ts';
import {
  defaultTidemarkConfig,
  type ScheduleConfig,
  type TeamConfig,
  type TidemarkConfig,
} from './tidemark-config.ts';

type GivenConfig = Partial<TidemarkConfig> & { readonly $schema?: string };

// With `verbose`, an error contains the schema of the wrong member, which has the message.
const ajv = new Ajv({ allErrors: true, verbose: true })
  .addVocabulary(['errorMessage'])
  .addFormat('iana-time-zone', isTimeZone);
const isConfig = ajv.compile<GivenConfig>(configSchema);
const isTables = ajv.compile<readonly string[]>(memberSchemas.tables);
const isTeam = ajv.compile<TeamConfig>(teamSchema);
const isSchedule = ajv.compile<ScheduleConfig>(scheduleSchema);

/**
 * Checks a configuration and adds the defaults. Throws `Validation` with all problems, one a line: the place of the
 * configuration, the member, and the rule for it.
 */
export function parseConfig(value: unknown, origin: string): TidemarkConfig {
  const isSound = isConfig(value);
  const problems = new Set([
    ...(isConfig.errors ?? []).map(toProblem),
    ...findScheduleProblems(value),
    ...findGroupProblems(value),
    ...findTeamProblems(value),
    ...findSinkProblems(value),
    ...findRightsProblems(value),
  ]);
  if (!isSound || problems.size > 0) {
    throw new TidemarkError('Validation', [...problems].map((problem) => `${origin}: ${problem}`).join('\n'));
  }
  const { $schema: _, ...given } = value;
  return { ...defaultTidemarkConfig, ...given };
}

/** Checks what a schema cannot express about schedules. It ignores schedules that the schema refuses already. */
function findScheduleProblems(config: unknown): string[] {
  const { tables = defaultTidemarkConfig.tables, schedules }: Record<string, unknown> = { ...Object(config) };
  if (!Array.isArray(schedules)) return [];
  const names = new Set<string>();
  return schedules.flatMap((schedule: unknown, index) => {
    if (!isSchedule(schedule)) return [];
    const path = `/schedules/${index}`;
    const problems = [
      ...(names.has(schedule.name)
        ? [
            `${toMemberName(`${path}/name`)} is ${schedule.name}, which is the name of an earlier schedule: choose another`,
          ]
        : []),
      ...findTableProblems(schedule.tables, isTables(tables) ? tables : undefined, `${path}/tables`),
    ];
    names.add(schedule.name);
    return problems;
  });
}

/**
 * The maximum number of characters of the ARNs of all tables in one statement. A managed policy has 6,144 for all its
 * statements, and a statement cannot be divided; 1,100 are reserved for the rest of the policy.
 */
const maxArnsLength = 5000;

/** The length of a table's ARN without its name, with the longest part that a right may add (`/stream/*`). */
const arnLength = 'arn:aws-us-gov:dynamodb:ap-southeast-1:123456789012:table//stream/*'.length;

/** Checks that the rights to the tables fit into IAM's limit of a policy's size. */
function findRightsProblems(config: unknown): string[] {
  const { tables }: Record<string, unknown> = { ...Object(config) };
  if (!isTables(tables)) return [];
  const length = tables.reduce((sum, table) => sum + arnLength + readTableName(table).length, 0);
  if (length <= maxArnsLength) return [];
  return [
    `tables has ${tables.length} entries, whose ARNs take ${length} characters in a policy, which has room for only ${maxArnsLength}: use patterns, such as "orders-*"`,
  ];
}

/**
 * The maximum number of characters of tables, groups and data sinks as JSON: a function's environment has 4 KB for all its
 * variables.
 */
const maxGroupsLength = 2000;

/** Checks what a schema cannot express about groups. */
function findGroupProblems(config: unknown): string[] {
  const given: Record<string, unknown> = { ...Object(config) };
  if (given['groups'] === undefined && given['sinks'] === undefined) return [];
  const { tables = [], groups = [], sinks = [] } = given;
  if (!Array.isArray(groups)) return [];
  const names = groups.map((group: unknown) => Object(group).name as unknown);
  const problems = names.flatMap((name, index) =>
    names.indexOf(name) < index
      ? [
          `${toMemberName(`/groups/${index}/name`)} is ${String(name)}, which is the name of an earlier group: choose another`,
        ]
      : [],
  );
  const { length } = JSON.stringify([tables, groups, sinks]);
  if (length <= maxGroupsLength) return problems;
  const what = `tables, groups and sinks take ${length} characters as JSON`;
  return [...problems, `${what}: use patterns, so that they take at most ${maxGroupsLength}`];
}

/** The maximum number of characters of a team's paths: a managed policy has 6,144, and contains the ARN of each path twice. */
const maxPathsLength = 5500;

/** The length of the ARN of a path without its verb and tables. */
const pathArnLength = 'arn:aws-us-gov:execute-api:ap-southeast-1:123456789012:abcdefghij/prod/POST///'.length;

/** Checks what a schema cannot express about teams. It ignores teams that the schema refuses already. */
function findTeamProblems(config: unknown): string[] {
  const { teams }: Record<string, unknown> = { ...Object(config) };
  if (!Array.isArray(teams)) return [];
  const names = teams.map((team: unknown) => String(Object(team).name).toLowerCase());
  return teams.flatMap((team: unknown, index) => {
    if (!isTeam(team)) return [];
    const path = `/teams/${index}`;
    const lacksTargets = team.verbs.some(hasTarget) && team.targets === undefined;
    const length = placesOf(team).reduce((sum, place) => sum + 2 * (pathArnLength + pathOf(place).length), 0);
    return [
      ...(names.indexOf(team.name.toLowerCase()) < index
        ? [
            `${toMemberName(`${path}/name`)} is ${team.name}, which is the name of an earlier team: choose another`,
          ]
        : []),
      ...(lacksTargets
        ? [
            `${toMemberName(`${path}/targets`)} is missing: its verbs restore tables, so name the tables to restore to`,
          ]
        : []),
      ...(length > maxPathsLength
        ? [
            `${toMemberName(path)} needs a policy of ${length} characters, but at most ${maxPathsLength} are possible: use patterns, such as "orders-*"`,
          ]
        : []),
    ];
  });
}

/** Checks the tables of a schedule. `patterns` is undefined if they are wrong themselves. */
function findTableProblems(
  tables: readonly string[],
  patterns: readonly string[] | undefined,
  path: string,
): string[] {
  const names = tables.map(readTableName);
  return tables.flatMap((table, index) => {
    const member = toMemberName(`${path}/${index}`);
    return [
      ...(names.indexOf(readTableName(table)) < index
        ? [`${member} names ${readTableName(table)} a second time: remove it`]
        : []),
      ...(patterns?.some((pattern) => covers(pattern, table)) === false
        ? [`${member} is ${table}, which no entry of tables matches: add one there`]
        : []),
    ];
  });
}

function isTimeZone(name: string): boolean {
  // `Intl` also accepts offsets such as +01:00, which are not names.
  if (!/^[A-Za-z][\w+/-]*$/.test(name)) return false;
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
