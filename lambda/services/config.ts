import type { BaseSource, RestoreWay } from '../model/records.ts';
import { addAllTables, type TableGroup } from '../model/table-groups.ts';
import { defaultLimits, type Limits } from '../snapshot/format/limits.ts';
import type { ConfiguredSink } from '../model/data-sinks.ts';
import { environment } from '../runtime/environment.ts';
import { TidemarkError } from '../runtime/errors.ts';

/** How much time the changes in one incremental export may cover, in ms. */
export interface WindowLimits {
  readonly minMs: number;
  readonly maxMs: number;
}

/** The settings of the functions. `readConfig` parses them once; tests and the embedded runtime set more of them. */
export interface Config {
  /** The ARN of the catalog's table, which is in the account and region of all tables. '' if it is not known. */
  readonly catalogArn: string;
  /** For a table without a usable stream: refuse the request, or enable a stream. */
  readonly missingStream: 'refuse' | 'enable';
  /** How to read a table that has no snapshot to continue: by DynamoDB's export, or by a scan with the stream. */
  readonly base: BaseSource;
  /** For an export of a table without point-in-time recovery: refuse the request, or enable recovery. */
  readonly missingRecovery: 'refuse' | 'enable';
  /** How restored tables get their items. `auto`: the better way for each restore (`restore/choose-way.ts`). */
  readonly restoreBy: 'auto' | RestoreWay;
  /** True: a restore reads back its finished table, unless its request says otherwise. That costs read units on AWS. */
  readonly verifyTarget: boolean;
  /**
   * How many key attributes a global index may have if it is added to an existing table. A restore with a larger index is
   * refused.
   */
  readonly maxIndexKeys: number;
  /** How much time one incremental export covers. */
  readonly exportWindow: WindowLimits;
  /** How long before an export's time the replay of the stream starts: the export may end up to a minute early or late. */
  readonly replayMs: number;
  /** The maximum working time of one invocation. It also ends in time for its Lambda's timeout. */
  readonly timeBudgetMs: number;
  /** How long after the marker Tidemark takes all earlier records of the stream to be readable: a stream has no watermark. */
  readonly settleMs: number;
  /** How many empty pages in a row end the reading of an open shard: records may follow an empty page. */
  readonly emptyPages: number;
  readonly scanSegments: number;
  /** How long an execution waits for the record of its backup, which the request writes at the same time. */
  readonly recordMs: number;
  /** How old a turn or a request must be before the reconciler acts on it. */
  readonly reconcileGraceMs: number;
  /** How long after an import's end its table may exist but not be visible: DescribeTable is eventually consistent. */
  readonly importShownMs: number;
  /** For how long a restore relies on its last check that it may still write to its table. 0: it checks before each request. */
  readonly writeGuardMs: number;
  /** How long after its death the sweep still keeps a snapshot's objects: readers of one page hold no pin. */
  readonly sweepGraceMs: number;
  /** The approximate maximum time for reading one page of a comparison or a verification. */
  readonly readBudgetMs: number;
  /** The place of the store's objects, as it is shown to people: `s3://bucket/prefix` or `file:///folder`. */
  readonly storeDestination: string;
  /**
   * Names, ARNs and patterns of the tables that Tidemark may back up. IAM decides what Tidemark may do; this list only
   * keeps other tables out of groups.
   */
  readonly tables: readonly string[];
  /** The groups of tables that one request can back up together. */
  readonly groups: readonly TableGroup[];
  /** The data sinks other than the default one. */
  readonly sinks: readonly ConfiguredSink[];
  readonly limits: Limits;
}

export const defaultConfig: Config = {
  catalogArn: '',
  missingStream: 'refuse',
  base: 'export',
  missingRecovery: 'refuse',
  // Not every database with DynamoDB's protocol can import. The stack sets `auto`.
  restoreBy: 'writes',
  verifyTarget: false,
  // Some databases with DynamoDB's protocol cannot add an index with more key attributes. The stack sets DynamoDB's
  // limit.
  maxIndexKeys: 2,
  // What DynamoDB accepts.
  exportWindow: { minMs: 15 * 60_000, maxMs: 24 * 60 * 60_000 },
  replayMs: 5 * 60_000,
  // Lambda's limit is 15 minutes. The rest is for finishing the current run.
  timeBudgetMs: 10 * 60_000,
  settleMs: 10_000,
  emptyPages: 5,
  scanSegments: 8,
  recordMs: 10_000,
  reconcileGraceMs: 2 * 60_000,
  importShownMs: 5 * 60_000,
  // A check is two calls. A restore with 40 concurrent invocations makes 80 a second, few compared with its 1,600
  // batches.
  writeGuardMs: 1000,
  // Four times what the longest-running function may take.
  sweepGraceMs: 60 * 60_000,
  // API Gateway gives up after 29 seconds. The piece of work that is under way then is finished.
  readBudgetMs: 15_000,
  storeDestination: '',
  tables: ['*'],
  groups: addAllTables([]),
  sinks: [],
  limits: defaultLimits,
};

/** Reads the configuration from environment variables. Throws `Internal` with the variable's name if its value is wrong. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const seconds = (name: string, fallback: number) => readInteger(env, name, fallback / 1000, 0) * 1000;
  return {
    ...defaultConfig,
    catalogArn: env[environment.catalogArn] ?? defaultConfig.catalogArn,
    storeDestination: ['s3:/', env[environment.bucket], env[environment.prefix]].filter(Boolean).join('/'),
    // Four partition keys and four sort keys, since November 2025.
    maxIndexKeys: 8,
    missingStream: readChoice(
      env,
      environment.missingStream,
      ['refuse', 'enable'],
      defaultConfig.missingStream,
    ),
    base: readChoice(env, environment.base, ['export', 'scan'], defaultConfig.base),
    missingRecovery: readChoice(
      env,
      environment.missingRecovery,
      ['refuse', 'enable'],
      defaultConfig.missingRecovery,
    ),
    restoreBy: readChoice(env, environment.restoreBy, ['auto', 'import', 'writes'], defaultConfig.restoreBy),
    timeBudgetMs: seconds(environment.timeBudgetSeconds, defaultConfig.timeBudgetMs),
    settleMs: seconds(environment.settleSeconds, defaultConfig.settleMs),
    scanSegments: readInteger(env, environment.scanSegments, defaultConfig.scanSegments, 1),
    tables: (readList(env, environment.tables) as string[] | undefined) ?? defaultConfig.tables,
    groups: addAllTables((readList(env, environment.groups) ?? []) as TableGroup[]),
    sinks: (readList(env, environment.sinks) ?? []) as ConfiguredSink[],
  };
}

function readChoice<T extends string>(
  env: NodeJS.ProcessEnv,
  name: string,
  values: readonly T[],
  fallback: T,
): T {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = values.find((each) => each === text);
  if (value === undefined) throw new TidemarkError('Internal', `${name} must be ${values.join(' or ')}`);
  return value;
}

function readInteger(env: NodeJS.ProcessEnv, name: string, fallback: number, min: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < min) {
    throw new TidemarkError('Internal', `${name} must be a whole number of at least ${min}`);
  }
  return value;
}

/** Reads a list as JSON that the stack has written, from a configuration that it has checked. */
function readList(env: NodeJS.ProcessEnv, name: string): unknown[] | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list;
  } catch {
    // Reported below.
  }
  throw new TidemarkError('Internal', `${name} must be a list as JSON`);
}
