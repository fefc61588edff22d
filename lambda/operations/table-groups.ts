import pMap from 'p-map';
import { buildSiblingTableArn } from '../model/backup-arn.ts';
import type { TableGroup } from '../model/table-groups.ts';
import { covers, isCovered, readTableName } from '../model/table-patterns.ts';
import { isServiceError, TidemarkError } from '../runtime/errors.ts';
import { isThrottled } from '../runtime/throttling.ts';
import type { RequestServices } from '../services/operation-services.ts';
import { listTableNames, readTags } from '../tables/list-tables.ts';
import { findTable } from '../tables/table.ts';

/** A request reads the tags of at most this many tables: DynamoDB answers ListTagsOfResource 10 times a second and account. */
const maxTaggedAtOnce = 100;
const tagConcurrency = 5;
const tagPauseMs = 500;
const maxTagAttempts = 10;

type GroupServices = Pick<RequestServices, 'clock' | 'config' | 'dynamodb'>;

/** A group or a single table, and the tables that it has now, by name. */
export interface ResolvedGroup {
  readonly name: string;
  /** False for a table that is a group of itself. */
  readonly isConfigured: boolean;
  readonly tables: readonly string[];
}

/**
 * Finds the tables of a configured group, sorted by name. If no group has the name, finds the table of that name, which is
 * a group of itself. A group may have no tables at the moment.
 *
 * Throws `GroupNotFound` if there is neither a group nor a table of the name, `AccessDenied`, and `LimitExceeded` if the
 * tags of too many tables would have to be read.
 */
export async function resolveTableGroup(
  services: GroupServices,
  { name }: { readonly name: string },
): Promise<ResolvedGroup> {
  const group = services.config.groups.find((each) => each.name === name);
  if (group !== undefined) {
    return { name, isConfigured: true, tables: await findGroupTables(services, group, maxTaggedAtOnce) };
  }
  const isKnown = isTableName(name) && isUserTable(services, name);
  if (isKnown && (await findTable(services.dynamodb, name)) !== undefined) {
    return { name, isConfigured: false, tables: [name] };
  }
  throw new TidemarkError(
    'GroupNotFound',
    `There is no table group or table ${JSON.stringify(name.slice(0, maxTableName))}`,
  );
}

/**
 * Lists the names of the configured groups, then those of all tables that Tidemark may back up. `resolveTableGroup` accepts
 * each of them.
 */
export async function listTableGroups(services: GroupServices): Promise<readonly string[]> {
  const names = services.config.groups.map(({ name }) => name);
  const tables = await listUserTables(services);
  return [...names, ...tables.filter((table) => !names.includes(table))];
}

/**
 * Finds the tables that a group has now, in order of name. Throws `LimitExceeded` if the tags of more than `maxTagged` tables
 * would have to be read.
 */
export async function findGroupTables(
  services: GroupServices,
  group: TableGroup,
  maxTagged: number,
): Promise<string[]> {
  const names = (await listUserTables(services)).filter((table) =>
    group.tables.some((pattern) => covers(pattern, table)),
  );
  const tags = Object.entries(group.tags ?? {});
  if (tags.length === 0) return names;
  if (names.length > maxTagged) {
    throw new TidemarkError(
      'LimitExceeded',
      `The patterns of table group ${group.name} match ${names.length} tables: of a group with tags at most ${maxTagged}`,
    );
  }
  const tagged = await pMap(
    names,
    async (table) => {
      const arn = buildSiblingTableArn(services.config.catalogArn, table);
      const found = await readTagsOf(services, arn);
      return tags.every(([key, value]) => found.get(key) === value);
    },
    { concurrency: tagConcurrency },
  );
  return names.filter((_, i) => tagged[i]);
}

/** Reads a table's tags, and tries again while DynamoDB throttles. A deleted table has no tags. */
async function readTagsOf(
  { clock, dynamodb }: GroupServices,
  arn: string,
): Promise<ReadonlyMap<string, string>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readTags(dynamodb, arn);
    } catch (error) {
      if (isServiceError(error, 'ResourceNotFoundException')) return new Map();
      if (!isThrottled(error) || attempt === maxTagAttempts) throw error;
    }
    await clock.sleep(attempt * tagPauseMs);
  }
}

/** Lists the names of all tables that Tidemark may back up, in order. */
async function listUserTables(services: GroupServices): Promise<string[]> {
  const names = await listTableNames(services.dynamodb);
  return names.filter((name) => isUserTable(services, name)).toSorted((a, b) => (a < b ? -1 : 1));
}

/** True if Tidemark may back up a table of this name, whether it exists or not. The catalog's table is never backed up. */
function isUserTable({ config }: Pick<GroupServices, 'config'>, name: string): boolean {
  const arn = buildSiblingTableArn(config.catalogArn, name);
  return name !== readTableName(config.catalogArn) && isCovered(config.tables, arn);
}

const maxTableName = 255;

function isTableName(name: string): boolean {
  return name.length >= 3 && name.length <= maxTableName && /^[\w.-]+$/.test(name);
}
