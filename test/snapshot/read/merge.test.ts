import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Keyed } from '../../../lambda/snapshot/format/change.ts';
import { mergeSorted } from '../../../lambda/snapshot/read/merge.ts';
import { gather, toBatches, sortKeyed } from '../../support/snapshot/support.ts';

interface Entry extends Keyed {
  /** The numbers of the sources that the entry came from, in the order of combining. */
  readonly from: readonly number[];
}

/** Few hashes and few keys, so that keys are shared between sources and hashes between keys. */
const anyKeyed = fc.record({ hash: fc.bigInt(0n, 5n), key: fc.nat(20) });
const anySource = fc.uniqueArray(anyKeyed, { selector: ({ hash, key }) => `${hash}/${key}`, maxLength: 40 });
const anySizes = fc.array(fc.nat(7), { maxLength: 5 });
const anySources = fc.array(fc.tuple(anySource, anySizes), { maxLength: 8 });

function entries(source: readonly { hash: bigint; key: number }[], number: number): Entry[] {
  return sortKeyed(source.map(({ hash, key }) => ({ hash, key: Buffer.from(`k${key}`), from: [number] })));
}

const concatenate = (earlier: Entry, later: Entry): Entry => ({
  ...later,
  from: [...earlier.from, ...later.from],
});
const newest = (_earlier: Entry, later: Entry): Entry => later;

/** Merges with a Map. */
function mergeByMap(sources: readonly (readonly Entry[])[], combine: (a: Entry, b: Entry) => Entry): Entry[] {
  const merged = new Map<string, Entry>();
  for (const entry of sources.flat()) {
    const id = `${entry.hash}/${String(entry.key)}`;
    const before = merged.get(id);
    merged.set(id, before === undefined ? entry : combine(before, entry));
  }
  return sortKeyed([...merged.values()]);
}

describe('a merge', () => {
  it.each([
    ['keeps the newest of a key', newest],
    ['combines a key’s entries in the order of the sources', concatenate],
  ])('%s, in full batches', async (_name, combine) => {
    await fc.assert(
      fc.asyncProperty(anySources, fc.constantFrom(1, 3, 1000), async (given, batchEntries) => {
        const sources = given.map(([source], number) => entries(source, number));
        const batches = sources.map((source, i) => toBatches(source, given[i]?.[1] ?? []));
        const merged = await Array.fromAsync(mergeSorted(batches, combine, batchEntries));
        expect(merged.flat()).toEqual(mergeByMap(sources, combine));
        expect(merged.slice(0, -1).every((batch) => batch.length === batchEntries)).toBe(true);
        expect(merged.every((batch) => batch.length > 0)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('opens each source when the merge reaches its start, and not before', async () => {
    await fc.assert(
      fc.asyncProperty(anySources, async (given) => {
        const sources = given.map(([source], number) => entries(source, number));
        const starts = sources.map((source) => source[0]?.hash ?? 5n);
        const opened: bigint[] = [];
        const batches = sources.map(async function* (source, i) {
          opened.push(starts[i] ?? 0n);
          yield* toBatches(source, given[i]?.[1] ?? []);
        });
        const merged: Entry[] = [];
        for await (const [entry] of mergeSorted(batches, concatenate, 1, starts)) {
          if (entry !== undefined) merged.push(entry);
          // A batch ends with the next entry, so the sources up to that one are open.
          const next = mergeByMap(sources, concatenate)[merged.length]?.hash ?? 5n;
          expect(opened.every((start) => start <= next)).toBe(true);
        }
        expect(opened).toEqual(opened.toSorted((a, b) => Number(a - b)));
        expect(merged).toEqual(mergeByMap(sources, concatenate));
      }),
      { numRuns: 300 },
    );
  });

  it('yields no empty batch, even for no sources or for empty batches', async () => {
    const empty = [toBatches<Entry>([], []), toBatches(entries([{ hash: 1n, key: 1 }], 0), [0, 0, 1])];
    const batches = await Array.fromAsync(mergeSorted(empty, newest));
    expect(batches.map((batch) => batch.length)).toEqual([1]);
    expect(await Array.fromAsync(mergeSorted<Entry>([], newest))).toEqual([]);
  });
});

describe('the sources of a merge', () => {
  /** An endless source, which adds its name to `closed` when it is closed. */
  function makeSource(closed: string[], name: string, failAt = Infinity): AsyncGenerator<Entry[]> {
    return (async function* () {
      try {
        for (let i = 0; ; i++) {
          if (i === failAt) throw new Error(`${name} failed`);
          yield entries([{ hash: BigInt(i), key: 1 }], 0);
        }
      } finally {
        closed.push(name);
      }
    })();
  }

  it('are closed when the reader stops early', async () => {
    const closed: string[] = [];
    for await (const batch of mergeSorted([makeSource(closed, 'a'), makeSource(closed, 'b')], newest)) {
      expect(batch.length).toBeGreaterThan(0);
      expect(closed).toEqual([]);
      break;
    }
    expect(closed.toSorted()).toEqual(['a', 'b']);
  });

  it.each([0, 1, 700])(
    'are closed when one fails in its batch %i, and its error is thrown',
    async (failAt) => {
      const closed: string[] = [];
      const sources = [makeSource(closed, 'a'), makeSource(closed, 'b', failAt), makeSource(closed, 'c')];
      await expect(gather(mergeSorted(sources, newest))).rejects.toThrow('b failed');
      // A source that was never read has nothing to close.
      expect(closed.toSorted()).toEqual(failAt === 0 ? ['a', 'b'] : ['a', 'b', 'c']);
    },
  );
});
