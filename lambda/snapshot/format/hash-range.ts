/** A range of the 64-bit key hash: `from` inclusive, `to` exclusive, at most 2^64. */
export interface HashRange {
  readonly from: bigint;
  readonly to: bigint;
}

const hashSpace = 1n << 64n;

export const wholeRange: HashRange = { from: 0n, to: hashSpace };

export function contains(range: HashRange, hash: bigint): boolean {
  return hash >= range.from && hash < range.to;
}

/** The entries, sorted by hash, that lie in the range: the same array if all do. */
export function keepInRange<T extends { readonly hash: bigint }>(range: HashRange, sorted: T[]): T[] {
  const inside = (entry: T | undefined): boolean => entry === undefined || contains(range, entry.hash);
  return inside(sorted[0]) && inside(sorted.at(-1)) ? sorted : sorted.filter(inside);
}

/** The common part, or undefined if there is none. */
export function intersect(a: HashRange, b: HashRange): HashRange | undefined {
  const from = a.from > b.from ? a.from : b.from;
  const to = a.to < b.to ? a.to : b.to;
  return from < to ? { from, to } : undefined;
}

/** The hash space in `count` equal ranges, in order; `count` is a power of two. */
export function splitHashSpace(count: number): HashRange[] {
  const width = hashSpace / BigInt(count);
  return Array.from({ length: count }, (_, i) => ({ from: BigInt(i) * width, to: BigInt(i + 1) * width }));
}

/** Which of `count` equal ranges (a power of two) holds the hash. */
export function findRangeNumber(hash: bigint, count: number): number {
  return Number((hash * BigInt(count)) >> 64n);
}

/** The smallest power of two, from 1 to `most`, that gives ranges of at most `target` of `total`. */
export function chooseRangeCount(total: number, target: number, most: number): number {
  let count = 1;
  while (count < most && total / count > target) count *= 2;
  return count;
}

export interface HexRange {
  readonly from: string;
  readonly to: string;
}

export function toHex(range: HashRange): HexRange {
  return { from: formatHash(range.from), to: formatHash(range.to) };
}

export function fromHex(range: HexRange): HashRange {
  return { from: BigInt(`0x${range.from}`), to: BigInt(`0x${range.to}`) };
}

/** 16 hex digits; 17 for the end of the hash space. */
export function formatHash(hash: bigint): string {
  return hash.toString(16).padStart(16, '0');
}
