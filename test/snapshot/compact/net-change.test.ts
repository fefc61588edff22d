import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestImage } from '../../../lambda/snapshot/format/digest.ts';
import {
  combineChanges,
  compareOrder,
  type NetChange,
  type OldImage,
} from '../../../lambda/snapshot/compact/net-change.ts';
import { decodeNetChanges, encodeNetChange } from '../../../lambda/snapshot/compact/spill-record.ts';
import { mergeSorted } from '../../../lambda/snapshot/read/merge.ts';
import { SortBuffer } from '../../../lambda/snapshot/compact/sort-buffer.ts';
import { gather, toBatches, keepFrames, sortKeyed } from '../../support/snapshot/support.ts';

const corrupt = expect.objectContaining({ code: 'SnapshotCorrupt' });
const anyState = fc.option(fc.string({ maxLength: 3 }), { nil: undefined });
const anyGap = fc.oneof(fc.bigInt(1n, 3n), fc.bigInt(1n, 10n ** 20n));

/** A key's states one after the other, each with the sequence number that led to it; the first has none. */
const anyHistory = fc.record({
  before: anyState,
  steps: fc.array(fc.tuple(anyGap, anyState), { minLength: 1, maxLength: 8 }),
});
type History = typeof anyHistory extends fc.Arbitrary<infer T> ? T : never;

function oldImage(state: string | undefined): OldImage | undefined {
  if (state === undefined) return undefined;
  const image = Buffer.from(state);
  return { digest: digestImage(image), bytes: 100 + image.length };
}

function netChange(
  key: string,
  orders: [string, string],
  states: [string | undefined, string | undefined],
): NetChange {
  const [before, after] = states;
  return {
    hash: BigInt(key.length % 2),
    key: Buffer.from(key),
    first: orders[0],
    last: orders[1],
    old: oldImage(before),
    image: after === undefined ? undefined : Buffer.from(after),
    imageBytes: after === undefined ? 0 : 200 + after.length,
  };
}

/** The single changes of a history, in order. */
function changes(key: string, { before, steps }: History): NetChange[] {
  let order = 0n;
  let state = before;
  return steps.map(([gap, next]) => {
    order += gap;
    const change = netChange(key, [String(order), String(order)], [state, next]);
    state = next;
    return change;
  });
}

/** From before the first change to behind the last. */
function net(key: string, history: History): NetChange {
  const single = changes(key, history);
  return netChange(
    key,
    [single[0]?.first ?? '', single.at(-1)?.last ?? ''],
    [history.before, history.steps.at(-1)?.[1]],
  );
}

/** The history's changes shuffled, some of them twice, as repeated and parallel reads stage them. */
function staged(single: readonly NetChange[]): fc.Arbitrary<NetChange[]> {
  return fc
    .subarray([...single])
    .chain((again) =>
      fc.shuffledSubarray([...single, ...again], { minLength: single.length + again.length }),
    );
}

const anyStaged = anyHistory.chain((history) =>
  fc.record({ history: fc.constant(history), shuffled: staged(changes('k', history)) }),
);

describe('a key’s changes combine to what happened from first to last', () => {
  it('in any order, also if some come twice', () => {
    fc.assert(
      fc.property(anyStaged, ({ history, shuffled }) => {
        expect(shuffled.reduce(combineChanges)).toEqual(net('k', history));
      }),
      { numRuns: 500 },
    );
  });

  it('in any grouping and either way round', () => {
    fc.assert(
      fc.property(anyStaged, fc.nat(), ({ history, shuffled }, seed) => {
        const left = [...shuffled];
        for (let n = seed; left.length > 1; n = Math.floor(n / 3)) {
          const at = n % (left.length - 1);
          const [a, b] = left.splice(at, 2);
          if (a !== undefined && b !== undefined) {
            left.splice(at, 0, n % 2 === 0 ? combineChanges(a, b) : combineChanges(b, a));
          }
        }
        expect(left).toEqual([net('k', history)]);
      }),
      { numRuns: 500 },
    );
  });

  it('an item of a scan comes before all changes, and what was before it is not known', () => {
    const scanned = netChange('k', ['', ''], [undefined, 'seen']);
    const change = netChange('k', ['5', '5'], ['older', 'newer']);
    const both = netChange('k', ['', '5'], [undefined, 'newer']);
    expect(combineChanges(scanned, change)).toEqual(both);
    expect(combineChanges(change, scanned)).toEqual(both);
  });
});

describe('spills', () => {
  const anyHistories = fc.dictionary(fc.stringMatching(/^[a-f]{1,2}$/), anyHistory, { maxKeys: 8 });
  const anyDeal = anyHistories.chain((histories) => {
    const all = Object.entries(histories).flatMap(([key, history]) => changes(key, history));
    return fc.record({
      histories: fc.constant(histories),
      // Which spill a change falls into.
      dealt: fc.tuple(...all.map((change) => fc.tuple(fc.nat(3), fc.constant(change)))),
    });
  });

  async function drained(changes: readonly NetChange[]): Promise<NetChange[]> {
    const buffer = new SortBuffer(10_000);
    for (const change of changes) expect(buffer.add(change)).toBe(true);
    const frames = await keepFrames(buffer.drain(100).frames);
    expect(buffer.isEmpty).toBe(true);
    return frames.flatMap(({ lines }) => decodeNetChanges(lines));
  }

  it('netted and merged in any split give each key’s net change, in order', async () => {
    await fc.assert(
      fc.asyncProperty(anyDeal, async ({ histories, dealt }) => {
        const spills = await Promise.all(
          [0, 1, 2, 3].map((spill) =>
            drained(dealt.filter(([to]) => to === spill).map(([, change]) => change)),
          ),
        );
        const merged = await gather(
          mergeSorted(
            spills.map((spill) => toBatches(spill, [2, 0, 1])),
            combineChanges,
          ),
        );
        expect(merged).toEqual(
          sortKeyed(Object.entries(histories).map(([key, history]) => net(key, history))),
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('a net change is read back as it was written', () => {
  const anyBuffer = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  const anyDigest = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes));
  const anyOrder = fc.oneof(fc.constant(''), fc.bigInt(0n, 10n ** 42n).map(String));
  // Plain objects, as decoding gives them.
  const plain = { noNullPrototype: true };
  const anyOld = fc.option(fc.record({ digest: anyDigest, bytes: fc.nat(500_000) }, plain), {
    nil: undefined,
  });
  const anyImage = fc.oneof(
    fc.record({ image: anyBuffer, imageBytes: fc.nat(500_000) }),
    fc.constant({ image: undefined, imageBytes: 0 }),
  );
  const anyNetChange: fc.Arbitrary<NetChange> = fc
    .record(
      { hash: fc.bigInt(0n, 2n ** 64n - 1n), key: anyBuffer, first: anyOrder, last: anyOrder, old: anyOld },
      plain,
    )
    .chain((change) => anyImage.map((image) => ({ ...change, ...image })));
  const anyNetChanges = fc.array(anyNetChange, { maxLength: 5 });

  it('whatever is in it', () => {
    fc.assert(
      fc.property(anyNetChanges, (changes) => {
        const decoded = decodeNetChanges(Buffer.concat(changes.map(encodeNetChange)));
        // Not toEqual: over buffers it is slow.
        expect(isDeepStrictEqual(decoded, changes)).toBe(true);
      }),
    );
  });

  it('with a key as long as DynamoDB’s largest may be in canonical form', () => {
    // Partition and sort key of control characters, each six bytes in JSON, and their names.
    const key = Buffer.alloc((2048 + 1024 + 2 * 255) * 6 + 30, 'k');
    const [decoded] = decodeNetChanges(
      encodeNetChange(netChange(key.toString(), ['1', '1'], [undefined, 'x'])),
    );
    expect(decoded?.key.equals(key)).toBe(true);
  });

  it('and a frame that is cut within a record is SnapshotCorrupt', () => {
    fc.assert(
      fc.property(anyNetChange, fc.nat(), (change, seed) => {
        const record = encodeNetChange(change);
        const cut = 1 + (seed % (record.length - 1));
        expect(() => decodeNetChanges(record.subarray(0, cut))).toThrow(corrupt);
      }),
    );
  });

  it('and so is a record whose length is too small for what it holds', () => {
    const record = encodeNetChange(netChange('key', ['1', '2'], ['old', undefined]));
    for (let length = 0; length < record.length - 4; length++) {
      const short = Buffer.from(record.subarray(0, 4 + length));
      short.writeUInt32LE(length);
      expect(() => decodeNetChanges(short)).toThrow(corrupt);
    }
  });
});

describe('orders are compared', () => {
  it('as whole numbers of any length', () => {
    const anyNumber = fc.oneof(fc.bigInt(0n, 30n), fc.bigInt(0n, 10n ** 42n));
    fc.assert(
      fc.property(anyNumber, anyNumber, (a, b) => {
        const expected = a === b ? 0 : a < b ? -1 : 1;
        expect(Math.sign(compareOrder(String(a), String(b)))).toBe(expected);
      }),
    );
  });

  it('with none before all others', () => {
    expect(compareOrder('', '0')).toBeLessThan(0);
    expect(compareOrder('0', '')).toBeGreaterThan(0);
    expect(compareOrder('', '')).toBe(0);
  });
});
