/** A range of the 64-bit key hash: `from` inclusive, `to` exclusive and at most 2^64. */
export interface HashRange {
  readonly from: bigint;
  readonly to: bigint;
}

const hashSpace = 1n << 64n;

export const wholeRange: HashRange = { from: 0n, to: hashSpace };

export function contains(range: HashRange, hash: bigint): boolean {
  return hash >= range.from && hash < range.to;
}

/** Keeps those of the entries, sorted by hash, that lie in the range. Returns the same array if all do. */
export function keepInRange<T extends { readonly hash: bigint }>(range: HashRange, sorted: T[]): T[] {
  const inside = (entry: T | undefined): boolean => entry === undefined || contains(range, entry.hash);
  return inside(sorted[0]) && inside(sorted.at(-1)) ? sorted : sorted.filter(inside);
}

/** Returns the common part of two ranges, or undefined if there is none. */
export function intersect(a: HashRange, b: HashRange): HashRange | undefined {
  const from = a.from > b.from ? a.from : b.from;
  const to = a.to < b.to ? a.to : b.to;
  return from < to ? { from, to } : undefined;
}

/** Splits the hash space into `count` equal ranges, in order. `count` is a power of two. */
export function splitHashSpace(count: number): HashRange[] {
  const width = hashSpace / BigInt(count);
  return Array.from({ length: count }, (_, i) => ({ from: BigInt(i) * width, to: BigInt(i + 1) * width }));
}

/** Finds the number of the range that holds the hash, of `count` equal ranges (a power of two). */
export function findRangeNumber(hash: bigint, count: number): number {
  return Number((hash * BigInt(count)) >> 64n);
}

/** Chooses the smallest power of two, from 1 to `max`, whose equal shares of `total` are at most `target`. */
export function chooseRangeCount(total: number, target: number, max: number): number {
  let count = 1;
  while (count < max && total / count > target) count *= 2;
  return count;
}

/** A hash range as hex numbers: the form in manifests and plans. */
export interface HexRange {
  readonly from: string;
  readonly to: string;
}

export function toHex(range: HashRange): HexRange {
  return { from: formatHash(range.from), to: formatHash(range.to) };
}

export function fromHex(range: HexRange): HashRange {
  return { from: parseHash(range.from), to: parseHash(range.to) };
}

/** Writes a hash as 16 hex digits; the end of the hash space has 17. */
export function formatHash(hash: bigint): string {
  return hash.toString(16).padStart(16, '0');
}

/** Reads a hash that `formatHash` wrote. */
export function parseHash(hex: string): bigint {
  return BigInt(`0x${hex}`);
}
