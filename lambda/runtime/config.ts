import { defaultLimits, type Limits } from '../snapshot/limits.ts';
import { environment } from './environment.ts';
import { TidemarkError } from './errors.ts';

/** What can be set of the functions' behaviour, parsed once. */
export interface Config {
  /** A table without a usable stream: refused at the request, or its stream is switched on. */
  readonly missingStream: 'refuse' | 'enable';
  /** One invocation works at most so long (and never longer than its Lambda has left). */
  readonly timeBudgetMs: number;
  /** The stream has no watermark: so long after the marker its records are taken to be readable. */
  readonly settleMs: number;
  /** An open shard may answer empty pages although records follow: so many in a row end the reading. */
  readonly emptyPages: number;
  readonly scanSegments: number;
  /** How long the reconciler leaves a fresh turn or request alone. */
  readonly reconcileGraceMs: number;
  /** The sweep takes a snapshot for live so long after its death: those who read a page of it hold no pin. */
  readonly sweepGraceMs: number;
  /** A page of a comparison or a verification is read for at most about so long. */
  readonly readBudgetMs: number;
  readonly limits: Limits;
}

export const defaultConfig: Config = {
  missingStream: 'refuse',
  // Lambda's limit is 15 minutes; the rest is for finishing the run in hand.
  timeBudgetMs: 10 * 60_000,
  settleMs: 10_000,
  emptyPages: 5,
  scanSegments: 8,
  reconcileGraceMs: 2 * 60_000,
  // Four times what the longest-running function may take.
  sweepGraceMs: 60 * 60_000,
  // API Gateway gives up after 29 seconds; what was begun when the time is over is brought to its end.
  readBudgetMs: 15_000,
  limits: defaultLimits,
};

/** Throws `Internal` naming the variable that is missing or wrong. */
export function configFromEnvironment(env: NodeJS.ProcessEnv): Config {
  const seconds = (name: string, fallback: number) => integer(env, name, fallback / 1000, 0) * 1000;
  const missingStream = env[environment.missingStream] ?? defaultConfig.missingStream;
  if (missingStream !== 'refuse' && missingStream !== 'enable') {
    throw new TidemarkError('Internal', `${environment.missingStream} must be refuse or enable`);
  }
  return {
    ...defaultConfig,
    missingStream,
    timeBudgetMs: seconds(environment.timeBudgetSeconds, defaultConfig.timeBudgetMs),
    settleMs: seconds(environment.settleSeconds, defaultConfig.settleMs),
    scanSegments: integer(env, environment.scanSegments, defaultConfig.scanSegments, 1),
  };
}

/** The value of a variable that the stack must have set. */
export function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new TidemarkError('Internal', `${name} is not set`);
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
