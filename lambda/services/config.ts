import type { RestoreWay } from '../model/records.ts';
import { defaultLimits, type Limits } from '../snapshot/format/limits.ts';
import { environment } from '../runtime/environment.ts';
import { TidemarkError } from '../runtime/errors.ts';

/** The shortest and the longest time, in ms, whose changes one incremental export may hold. */
export interface WindowLimits {
  readonly shortestMs: number;
  readonly longestMs: number;
}

/** What can be set of the functions' behaviour, parsed once. */
export interface Config {
  /** Of the catalog's table, in the account and region of all that Tidemark serves. '' where it is not known. */
  readonly catalogArn: string;
  /** A table without a usable stream: refused at the request, or its stream is switched on. */
  readonly missingStream: 'refuse' | 'enable';
  /** What a table without a snapshot to continue is read by: DynamoDB's export, or a scan with the stream. */
  readonly base: 'export' | 'scan';
  /** A table that is to be exported and has no point-in-time recovery: refused, or it is switched on. */
  readonly missingRecovery: 'refuse' | 'enable';
  /** How restored tables get their items; `auto`: what serves better (`restore/choose-way.ts`). */
  readonly restoreBy: 'auto' | RestoreWay;
  /** The shortest and longest time whose changes are exported at once. */
  readonly exportWindow: WindowLimits;
  /** After an export the stream is read from so long before its time on: its boundaries may be off by up to a minute. */
  readonly replayMs: number;
  /** One invocation works at most so long (and never longer than its Lambda has left). */
  readonly timeBudgetMs: number;
  /** The stream has no watermark: so long after the marker its records are taken to be readable. */
  readonly settleMs: number;
  /** An open shard may answer empty pages although records follow: so many in a row end the reading. */
  readonly emptyPages: number;
  readonly scanSegments: number;
  /** An execution waits so long for the record of its backup: both are begun at the same time. */
  readonly recordMs: number;
  /** How long the reconciler leaves a fresh turn or request alone. */
  readonly reconcileGraceMs: number;
  /** DescribeTable is eventually consistent: so long after an import's end its table may be there and not be seen. */
  readonly importShownMs: number;
  /** The sweep takes a snapshot for live so long after its death: those who read a page of it hold no pin. */
  readonly sweepGraceMs: number;
  /** A page of a comparison or a verification is read for at most about so long. */
  readonly readBudgetMs: number;
  readonly limits: Limits;
}

export const defaultConfig: Config = {
  catalogArn: '',
  missingStream: 'refuse',
  base: 'export',
  missingRecovery: 'refuse',
  // Not every database that speaks DynamoDB's protocol imports; a deployment says `auto`.
  restoreBy: 'writes',
  // What DynamoDB accepts.
  exportWindow: { shortestMs: 15 * 60_000, longestMs: 24 * 60 * 60_000 },
  replayMs: 5 * 60_000,
  // Lambda's limit is 15 minutes; the rest is for finishing the run in hand.
  timeBudgetMs: 10 * 60_000,
  settleMs: 10_000,
  emptyPages: 5,
  scanSegments: 8,
  recordMs: 10_000,
  reconcileGraceMs: 2 * 60_000,
  importShownMs: 5 * 60_000,
  // Four times what the longest-running function may take.
  sweepGraceMs: 60 * 60_000,
  // API Gateway gives up after 29 seconds; what was begun when the time is over is brought to its end.
  readBudgetMs: 15_000,
  limits: defaultLimits,
};

/** Throws `Internal` naming the variable that is missing or wrong. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const seconds = (name: string, fallback: number) => integer(env, name, fallback / 1000, 0) * 1000;
  return {
    ...defaultConfig,
    catalogArn: env[environment.catalogArn] ?? defaultConfig.catalogArn,
    missingStream: choice(env, environment.missingStream, ['refuse', 'enable'], defaultConfig.missingStream),
    base: choice(env, environment.base, ['export', 'scan'], defaultConfig.base),
    missingRecovery: choice(
      env,
      environment.missingRecovery,
      ['refuse', 'enable'],
      defaultConfig.missingRecovery,
    ),
    restoreBy: choice(env, environment.restoreBy, ['auto', 'import', 'writes'], defaultConfig.restoreBy),
    timeBudgetMs: seconds(environment.timeBudgetSeconds, defaultConfig.timeBudgetMs),
    settleMs: seconds(environment.settleSeconds, defaultConfig.settleMs),
    scanSegments: integer(env, environment.scanSegments, defaultConfig.scanSegments, 1),
  };
}

function choice<T extends string>(
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

function integer(env: NodeJS.ProcessEnv, name: string, fallback: number, least: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) {
    throw new TidemarkError('Internal', `${name} must be a whole number of at least ${least}`);
  }
  return value;
}
