import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BaseFrame, readBase } from '../../../lambda/snapshot/compact/base-frames.ts';
import { type Change, compareKeyed } from '../../../lambda/snapshot/format/change.ts';
import { comesBefore } from '../../../lambda/snapshot/format/frame-index.ts';
import { contains, type HashRange } from '../../../lambda/snapshot/format/hash-range.ts';
import { decodeLines } from '../../../lambda/snapshot/format/line.ts';
import { openFrame } from '../../../lambda/snapshot/read/read-frames.ts';
import { anyRange, anyRegions, itemsOf, storeRegions } from '../../support/snapshot/base-regions.ts';
import { change, writeRun, createMemoryStore, keyRules } from '../../support/snapshot/support.ts';
import { scaleRuns } from '../../support/scale.ts';

interface Opened extends BaseFrame {
  readonly lines: readonly Change[];
}

const anyCase = fc.record({
  regions: anyRegions,
  range: anyRange,
  readAhead: fc.constantFrom(1, 300, 10_000),
});

/** Reads the frames of any base for any range, and checks that they hold its items, in order, and obey the rule. */
async function expectAlways(rule: (frames: readonly Opened[], range: HashRange) => void): Promise<void> {
  await fc.assert(
    fc.asyncProperty(anyCase, async ({ regions, range, readAhead }) => {
      const { store, bases } = await storeRegions(regions);
      const frames: Opened[] = [];
      for await (const frame of readBase(store, bases.toReversed(), range, readAhead)) {
        frames.push({ ...frame, lines: decodeLines('base', openFrame(frame), keyRules(1)) });
      }
      rule(frames, range);
      const kept = frames.flatMap((frame) => frame.lines.filter(({ hash }) => contains(frame.range, hash)));
      const wanted = [...itemsOf(regions, range).values()].sort(compareKeyed);
      expect(kept.map(({ key }) => String(key))).toEqual(wanted.map(({ key }) => String(key)));
    }),
    { numRuns: scaleRuns(50) },
  );
}

describe('readBase, for base runs in any order', () => {
  it('reads frames that hold the items of the range, in order', () => expectAlways(() => {}));

  it('marks a frame as whole only if all its keys lie in its own range and in the requested one', () =>
    expectAlways((frames, range) => {
      for (const { whole, lines, range: counts } of frames) {
        expect(whole && lines.some(({ hash }) => !contains(counts, hash) || !contains(range, hash))).toBe(
          false,
        );
      }
    }));

  it('states where the next frame begins: after all counted keys of a frame, and not after a later key', () =>
    expectAlways((frames) => {
      for (const [i, { next, lines, range }] of frames.entries()) {
        expect(next === undefined).toBe(i === frames.length - 1);
        if (next === undefined) continue;
        const mine = lines.filter(({ hash }) => contains(range, hash));
        const later = frames
          .slice(i + 1)
          .flatMap((frame) => frame.lines.filter(({ hash }) => contains(frame.range, hash)));
        expect(mine.every((line) => comesBefore(line, next))).toBe(true);
        expect(later.some((line) => comesBefore(line, next))).toBe(false);
      }
    }));
});

it('readBase marks all frames of a run as whole if the range covers everything that the run was written for', async () => {
  const store = createMemoryStore();
  const items = Array.from({ length: 40 }, (_, pk) => change(pk, `${pk}`)).sort(compareKeyed);
  const run = await writeRun(store, 'run', 'base', items, 150);
  const range = { from: 0n, to: 1n << 64n };
  const frames = await Array.fromAsync(readBase(store, [run], range, 1000));
  expect(frames.length).toBeGreaterThan(5);
  expect(frames.every(({ whole }) => whole)).toBe(true);
  const half = { from: 0n, to: 1n << 63n };
  const lower = await Array.fromAsync(readBase(store, [run], half, 1000));
  expect(lower.map(({ whole }) => whole)).toEqual(lower.map((_, i) => i < lower.length - 1));
});
