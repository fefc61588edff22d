import { createRandom } from '../../cli/demo/random.ts';
import { toCanonicalKey } from '../../lambda/item/canonical.ts';
import { fromSdk } from '../../lambda/item/from-sdk.ts';
import { createKeyHash } from '../../lambda/item/key-hash.ts';
import { contains, type HashRange } from '../../lambda/snapshot/format/hash-range.ts';
import type { StagedChange } from '../../lambda/sources/staged-files.ts';
import { keyName, keyOf, makeItem } from './items.ts';
import type { DataKey } from './data-key.ts';

/** The share of changes that add an item, and also the share that delete one. The rest are updates. */
const newShare = 0.02;

/** Makes the changes of a day: 1 percent of the keys, anywhere in the table. Days begin at 1. */
export function makeUniformChanges(data: DataKey, day: number): StagedChange[] {
  const state = new Map<number, number | undefined>();
  let changes: StagedChange[] = [];
  for (let d = 1; d <= day; d++) changes = makeDay(data, d, state);
  return changes;
}

/**
 * Makes the changes of one day. `state` holds the version of each item that has changed since it was loaded, or undefined if
 * it was deleted. It is updated by the day.
 */
function makeDay(data: DataKey, day: number, state: Map<number, number | undefined>): StagedChange[] {
  const count = Math.ceil(data.items / 100);
  const fresh = Math.ceil(count * newShare);
  const random = createRandom(data.seed + day);
  const chosen = new Set<number>();
  while (chosen.size < count - fresh) chosen.add(Math.floor(random() * data.items));
  for (let n = 0; n < fresh; n++) chosen.add(data.items + day * fresh + n);
  return [...chosen].map((index, n) => {
    const isNew = index >= data.items;
    const before = isNew ? undefined : state.has(index) ? state.get(index) : 0;
    const after = before !== undefined && n < fresh ? undefined : day;
    state.set(index, after);
    return makeChange(data, day, n, index, before, after);
  });
}

/** 1 percent of the hash space, starting at an arbitrary place. */
const confined: HashRange = { from: (37n << 64n) / 100n, to: (38n << 64n) / 100n };

/** Makes changes of all items in 1 percent of the hash space: 1 percent of the items, in 1 percent of the frames. */
export function makeConfinedChanges(data: DataKey): StagedChange[] {
  const old: number[] = [];
  for (let index = 0; index < data.items; index++) if (isConfined(index)) old.push(index);
  const count = Math.ceil(old.length * newShare);
  const fresh: number[] = [];
  for (let index = data.items; fresh.length < count; index++) if (isConfined(index)) fresh.push(index);
  return [...old, ...fresh].map((index, n) =>
    makeChange(data, 1, n, index, index < data.items ? 0 : undefined, n < count ? undefined : 1),
  );
}

/** The key of the key hash of all snapshots of the benchmarks. */
export const benchHashKey = '000102030405060708090a0b0c0d0e0f';

const hashKey = createKeyHash(benchHashKey);

function isConfined(index: number): boolean {
  return contains(confined, hashKey(Buffer.from(toCanonicalKey(fromSdk(keyOf(index)), [keyName]))));
}

/** Makes one change. `before` and `after` are versions, or undefined if there is no item. */
function makeChange(
  { seed }: DataKey,
  day: number,
  n: number,
  index: number,
  before: number | undefined,
  after: number | undefined,
): StagedChange {
  const image = (version: number | undefined) =>
    version === undefined ? undefined : makeItem(seed, index, version);
  // As long as a stream's sequence number.
  const order = `${day}${String(n).padStart(20, '0')}`;
  return { order, keys: keyOf(index), oldImage: image(before), newImage: image(after) };
}
