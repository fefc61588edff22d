import { zstdDecompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BaseFrame, readBase } from '../../../lambda/snapshot/compact/base-frames.ts';
import { type Change, compareKeyed } from '../../../lambda/snapshot/format/change.ts';
import { ContentSum } from '../../../lambda/snapshot/format/content.ts';
import { foldFrames } from '../../../lambda/snapshot/compact/fold.ts';
import { type CopiedFrame, type RawFrame, writeFrames } from '../../../lambda/snapshot/format/frame-file.ts';
import { contains, formatHash, wholeRange } from '../../../lambda/snapshot/format/hash-range.ts';
import { readSnapshot } from '../../../lambda/snapshot/read/read-snapshot.ts';
import {
  anyRange,
  anyRegions,
  countContent,
  itemsOf,
  storeRegions,
} from '../../support/snapshot/base-regions.ts';
import {
  anyChanges,
  change,
  gather,
  toBatches,
  manifestOf,
  createMemoryStore,
  sortKeyed,
  writeRun,
  toLine,
  keepFrames,
  keyRules,
} from '../../support/snapshot/support.ts';
import { scaleRuns } from '../../support/scale.ts';

const anyFold = fc.record({
  regions: anyRegions,
  range: anyRange,
  changes: anyChanges('delta', 45),
  batches: fc.array(fc.nat(5), { maxLength: 4 }),
  frameBytes: fc.constantFrom(1, 150, 400, 10_000),
});
type Fold = typeof anyFold extends fc.Arbitrary<infer T> ? T : never;

interface Folded {
  readonly base: readonly BaseFrame[];
  readonly changes: readonly Change[];
  readonly frames: readonly (RawFrame | CopiedFrame)[];
  readonly total: ContentSum;
}

async function fold({ regions, range, changes, batches, frameBytes }: Fold): Promise<Folded> {
  const { store, bases } = await storeRegions(regions);
  const within = changes.filter(({ hash }) => contains(range, hash));
  const total = new ContentSum();
  const read = (): AsyncGenerator<BaseFrame> => readBase(store, bases, range, 300);
  const options = { keys: keyRules(1), frameBytes };
  const frames = await keepFrames(foldFrames(read(), toBatches(within, batches), options, total));
  return { base: await Array.fromAsync(read()), changes: within, frames, total };
}

function linesOf(frame: RawFrame | CopiedFrame): string[] {
  const text = 'lines' in frame ? frame.lines : zstdDecompressSync(frame.compressed);
  return text.toString().split(/(?<=\n)/);
}

const imageOf = (line: string): string => line.slice('{"Item":'.length, -'}\n'.length);

/** What a frame states about itself, in one form for new and for copied frames. */
function describeFrame(frame: RawFrame | CopiedFrame) {
  const facts =
    'entry' in frame
      ? frame.entry
      : {
          ...frame,
          rawLength: frame.lines.length,
          hash: formatHash(frame.first.hash),
          key: String(frame.first.key),
        };
  const { hash, key, count, rawLength, content } = facts;
  return { hash, key, count, rawLength, content };
}

describe('foldFrames', () => {
  it('returns the items that a Map of the base and the changes holds, in order and each key once', async () => {
    await fc.assert(
      fc.asyncProperty(anyFold, async (folding) => {
        const { changes, frames, total } = await fold(folding);
        const expected = itemsOf(folding.regions, folding.range);
        for (const change of changes) {
          if (change.image === undefined) expected.delete(String(change.key));
          else expected.set(String(change.key), change);
        }
        const lines = sortKeyed([...expected.values()]).map((item) => String(toLine('base', item)));
        expect(frames.flatMap(linesOf)).toEqual(lines);
        expect(total.toContent()).toEqual(countContent(lines.map(imageOf)));
      }),
      { numRuns: scaleRuns(75) },
    );
  });

  it('states the first key, the count, the length and the content of each frame', async () => {
    await fc.assert(
      fc.asyncProperty(anyFold, async (folding) => {
        const { frames } = await fold(folding);
        for (const frame of frames) {
          const lines = linesOf(frame);
          const { items, bytes, digest } = countContent(lines.map(imageOf));
          const [first = ''] = lines;
          const key = imageOf(first).slice(1, imageOf(first).indexOf('}') + 1);
          expect(describeFrame(frame)).toEqual({
            hash: formatHash(changeOf(key).hash),
            key,
            count: items,
            rawLength: Buffer.byteLength(lines.join('')),
            content: { bytes, digest },
          });
        }
      }),
      { numRuns: scaleRuns(75) },
    );
  });

  it('returns a base run that can be read and folded again', async () => {
    await fc.assert(
      fc.asyncProperty(anyFold, anyChanges('delta', 45), async (folding, more) => {
        const { frames } = await fold({ ...folding, range: wholeRange });
        const store = createMemoryStore();
        const file = await writeFrames(store, 'run', inTurn(frames));
        const run = { ...(await writeRun(store, 'empty', 'base', [])), ...file, key: 'run' };
        const items = await gather(readSnapshot(store, manifestOf([run]), wholeRange));
        const lines = frames.flatMap(linesOf);
        expect(items.map((item) => String(toLine('base', item)))).toEqual(lines);
        const again = foldFrames(
          readBase(store, [run], wholeRange, 300),
          toBatches(more, [2]),
          { keys: keyRules(1), frameBytes: folding.frameBytes },
          new ContentSum(),
        );
        const expected = new Map(items.map((item) => [String(item.key), item] as const));
        for (const { hash, key, image } of more) {
          if (image === undefined) expected.delete(String(key));
          else expected.set(String(key), { hash, key, image });
        }
        expect((await keepFrames(again)).flatMap(linesOf).map(imageOf)).toEqual(
          sortKeyed([...expected.values()]).map(({ image }) => String(image)),
        );
      }),
      { numRuns: scaleRuns(25) },
    );
  });
});

async function* inTurn<T>(frames: readonly T[]): AsyncGenerator<T> {
  yield* frames;
}

/** The change of a canonical key `"pk":{"N":"<number>"}`. */
function changeOf(key: string): Change {
  return change(Number(/\d+/.exec(key)?.[0]), '');
}

describe('a frame that no change falls into', () => {
  it('is copied byte for byte, unless a small frame before it is joined with it', async () => {
    await fc.assert(
      fc.asyncProperty(anyFold, async (folding) => {
        const { base, changes, frames } = await fold(folding);
        const copied = new Set(frames.map((frame) => ('entry' in frame ? frame.entry.sha256 : '')));
        const begun = new Set(frames.map((frame) => linesOf(frame)[0]));
        for (const [i, { entry, compressed, whole }] of base.entries()) {
          const lines = linesOf({ entry, compressed }).map((line) => line);
          const mustBeCopied = whole && !falls(changes, base, i) && begun.has(lines[0]);
          expect(copied.has(entry.sha256) || !mustBeCopied).toBe(true);
        }
      }),
      { numRuns: scaleRuns(75) },
    );
  });

  /** True if a change lies between the frames before and after, which is more than the part where changes fall into this one. */
  function falls(changes: readonly Change[], base: readonly BaseFrame[], i: number): boolean {
    const position = (at: number): Change | undefined => {
      const entry = base[at]?.entry;
      return entry && { ...changeOf(entry.key), hash: BigInt(`0x${entry.hash}`) };
    };
    const from = i === 0 ? undefined : position(i);
    const to = base[i + 1]?.whole === false ? undefined : position(i + 1);
    return changes.some(
      (one) =>
        (from === undefined || compareKeyed(one, from) >= 0) &&
        (to === undefined || compareKeyed(one, to) < 0),
    );
  }

  it('is passed on as stored if there is no change at all', async () => {
    const store = createMemoryStore();
    const items = sortKeyed(Array.from({ length: 30 }, (_, pk) => change(pk, `${pk}`)));
    const run = await writeRun(store, 'run', 'base', items, 150);
    const before = await Array.fromAsync(readBase(store, [run], wholeRange, 300));
    const frames = await keepFrames(
      foldFrames(inTurn(before), toBatches([], []), { keys: keyRules(1), frameBytes: 150 }, new ContentSum()),
    );
    expect(frames).toEqual(before);
  });
});

it('foldFrames does not copy a damaged frame', async () => {
  const store = createMemoryStore();
  const base = await writeRun(store, 'base', 'base', [change(1, 'one')]);
  const object = store.objects.get('base') ?? Buffer.alloc(0);
  object[4] = Number(object[4]) ^ 1;
  const options = { keys: keyRules(1), frameBytes: 1000 };
  const read = readBase(store, [base], wholeRange, 300);
  await expect(
    keepFrames(foldFrames(read, toBatches([], []), options, new ContentSum())),
  ).rejects.toMatchObject({ code: 'SnapshotCorrupt', object: 'base' });
});

describe('the sizes of the frames of a fold', () => {
  /** Folds of one base after another, all with the same target size. A line has at most a quarter of it. */
  const anyChain = fc.record({
    frameBytes: fc.constantFrom(300, 600),
    chain: fc.array(anyChanges('delta', 60), { minLength: 2, maxLength: 6 }),
  });

  it('are between half and twice the target size, except for the last frame', async () => {
    await fc.assert(
      fc.asyncProperty(anyChain, async ({ frameBytes, chain }) => {
        const store = createMemoryStore();
        const empty = await writeRun(store, 'run-0', 'base', [], frameBytes);
        let run = empty;
        for (const [i, changes] of chain.entries()) {
          const base = readBase(store, [run], wholeRange, 300);
          const options = { keys: keyRules(1), frameBytes };
          const frames = await keepFrames(
            foldFrames(base, toBatches(changes, [7]), options, new ContentSum()),
          );
          const sizes = frames.map((frame) => describeFrame(frame).rawLength);
          expect(Math.min(Infinity, ...sizes.slice(0, -1))).toBeGreaterThanOrEqual(frameBytes / 2);
          expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(2 * frameBytes);
          const key = `run-${i + 1}`;
          const file = await writeFrames(store, key, inTurn(frames));
          run = { ...empty, ...file, key };
        }
      }),
      { numRuns: scaleRuns(25), endOnFailure: true },
    );
  });

  it('are at most twice the target size if a small frame is joined with a frame that gets many small items', async () => {
    const all = sortKeyed(Array.from({ length: 300 }, (_, n) => change(1000 + n, '')));
    const line = toLine('base', change(1000, '')).length;
    const frameBytes = 75 * line;
    const [even, odd] = [0, 1].map((rest) => all.filter((_, i) => i % 2 === rest));
    // 36 of the first frame's 75 lines remain; the second frame gets items whose images come to nearly half a frame.
    const deleted = even?.slice(0, 39).map(({ hash, key }) => ({ hash, key, image: undefined })) ?? [];
    const added = odd?.slice(80, 80 + Math.floor(frameBytes / 2 / (line - 10)) - 1) ?? [];
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'base', even ?? [], frameBytes);
    const base = readBase(store, [run], wholeRange, 300);
    const changes = toBatches(sortKeyed([...deleted, ...added]), [7]);
    const options = { keys: keyRules(1), frameBytes };
    const frames = await keepFrames(foldFrames(base, changes, options, new ContentSum()));
    const largest = Math.max(...frames.map((frame) => describeFrame(frame).rawLength));
    expect(largest / frameBytes).toBeLessThanOrEqual(2);
  });
});
