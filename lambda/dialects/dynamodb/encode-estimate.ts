import type { Span } from '../../estimate/span.ts';
import type { RestoreEstimate, Way } from '../../operations/estimate-restore.ts';
import type { choice, estimate } from './estimate-members.ts';
import type { Answer } from './members.ts';

type Estimate = Answer<typeof estimate.members>;
type WireWay = Estimate['Ways'][number];

export function encodeEstimate({ items, bytes, ways, choice, auto, prices }: RestoreEstimate): Estimate {
  return {
    Items: items,
    Bytes: bytes,
    Ways: ways.map(encodeWay),
    Choice: encodeChoice(choice),
    Auto: encodeChoice(auto),
    Prices: { Region: prices.region, AsOf: prices.asOf },
  };
}

export function encodeChoice({ way, why }: RestoreEstimate['choice']): Answer<typeof choice.members> {
  return { Way: encodeWayName(way), Why: why };
}

function encodeWay(way: Way): WireWay {
  const name = { Way: encodeWayName(way.way) };
  if ('impossible' in way) return { ...name, Possible: false, Reason: way.impossible };
  return { ...name, Possible: true, Usd: encodeSpan(way.usd, 1e6), Seconds: encodeSpan(way.seconds, 1) };
}

/** Rounds to multiples of 1/`fractions`: more digits would suggest more accuracy than the estimate has. */
export function encodeSpan({ low, high }: Span, fractions: number): NonNullable<WireWay['Usd']> {
  const round = (value: number) => Math.round(value * fractions) / fractions;
  return { Low: round(low), High: round(high) };
}

function encodeWayName(way: Way['way']): WireWay['Way'] {
  return way === 'import' ? 'IMPORT' : 'WRITES';
}
