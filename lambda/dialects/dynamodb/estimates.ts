import type { Span } from '../../estimate/span.ts';
import type { RestoreEstimate, Way } from '../../operations/estimate-restore.ts';
import { backupArn, backupKey } from './names.ts';
import { operation } from './operation.ts';

/** From the least to the most that is to be expected. */
interface Bounds {
  readonly Low: number;
  readonly High: number;
}

interface WireWay {
  readonly Way: 'IMPORT' | 'WRITES';
  readonly Possible: boolean;
  /** Why it is not possible. */
  readonly Reason?: string;
  readonly Usd?: Bounds;
  readonly Seconds?: Bounds;
}

export interface Choice {
  readonly Way: 'IMPORT' | 'WRITES';
  readonly Why: string;
}

export interface Estimate {
  readonly Items: number;
  readonly Bytes: number;
  readonly Ways: readonly WireWay[];
  /** What a restore here does. */
  readonly Choice: Choice;
  /** What it does where the configuration leaves the choice. */
  readonly Auto: Choice;
  readonly Prices: { readonly Region: string; readonly AsOf: string };
}

/** The answer to EstimateRestore. */
export interface EstimateAnswer {
  readonly Estimate: Estimate;
}

export const estimateRestore = operation({
  members: { BackupArn: { ...backupArn, required: true } },
  run: async (operations, { BackupArn }): Promise<EstimateAnswer> => ({
    Estimate: wireEstimate(await operations.estimateRestore(backupKey(BackupArn))),
  }),
});

export function wireEstimate({ items, bytes, ways, choice, auto, prices }: RestoreEstimate): Estimate {
  return {
    Items: items,
    Bytes: bytes,
    Ways: ways.map(wireWay),
    Choice: wireChoice(choice),
    Auto: wireChoice(auto),
    Prices: { Region: prices.region, AsOf: prices.asOf },
  };
}

export function wireChoice({ way, why }: RestoreEstimate['choice']): Choice {
  return { Way: wireName(way), Why: why };
}

function wireWay(way: Way): WireWay {
  const name = { Way: wireName(way.way) };
  if ('impossible' in way) return { ...name, Possible: false, Reason: way.impossible };
  return { ...name, Possible: true, Usd: bounds(way.usd, 1e6), Seconds: bounds(way.seconds, 1) };
}

/** More digits would pretend to more knowledge; `fractions`: how many steps make a whole. */
function bounds({ low, high }: Span, fractions: number): Bounds {
  const rounded = (value: number) => Math.round(value * fractions) / fractions;
  return { Low: rounded(low), High: rounded(high) };
}

function wireName(way: Way['way']): 'IMPORT' | 'WRITES' {
  return way === 'import' ? 'IMPORT' : 'WRITES';
}
