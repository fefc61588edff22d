import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isError } from '../../../lambda/runtime/errors.ts';
import { type Change, compareKeyed } from '../../../lambda/snapshot/format/change.ts';
import { findLine, type LineSpan } from '../../../lambda/snapshot/read/find-line.ts';
import { type RunKind } from '../../../lambda/snapshot/format/line.ts';
import { anyChanges, change, toLine, keyRules } from '../../support/snapshot/support.ts';

/** Searches line by line for the key, or for the first line after it. */
function searchLines(kind: RunKind, changes: readonly Change[], wanted: Change, from: number) {
  let start = 0;
  for (const one of changes) {
    const end = start + toLine(kind, one).length;
    const order = compareKeyed(one, wanted);
    if (start >= from && order >= 0) return { start, end: order === 0 ? end : start };
    start = end;
  }
  return { start, end: start };
}

const frameOf = (kind: RunKind, changes: readonly Change[]): Buffer =>
  Buffer.concat(changes.map((one) => toLine(kind, one)));

const anyFrame = fc
  .constantFrom<RunKind>('base', 'delta')
  .chain((kind) => fc.record({ kind: fc.constant(kind), changes: anyChanges(kind, 60) }));

/** Lines so long that the search's first step of 4 KiB ends within a line, or that the search takes several steps. */
const anyLongFrame = fc
  .uniqueArray(fc.tuple(fc.nat(100), fc.constantFrom(0, 100, 3000, 4055, 9000)), {
    selector: ([pk]) => pk,
    maxLength: 20,
  })
  .map((lines) => ({
    kind: 'base' as const,
    changes: lines.map(([pk, length]) => change(pk, 'x'.repeat(length))).sort(compareKeyed),
  }));

describe('findLine', () => {
  it.each([
    ['among short lines', anyFrame],
    ['among long lines', anyLongFrame],
  ])('finds a key’s line or the place where it would be, starting at any line, %s', (_name, anyOf) => {
    fc.assert(
      fc.property(anyOf, fc.nat(110), fc.nat(), ({ kind, changes }, pk, first) => {
        const before = changes.slice(0, changes.length === 0 ? 0 : first % (changes.length + 1));
        const from = frameOf(kind, before).length;
        const wanted = change(pk, 'v');
        const place = findLine(kind, frameOf(kind, changes), keyRules(1), wanted, from);
        expect(place).toEqual(searchLines(kind, changes, wanted, from));
      }),
      { numRuns: 1000 },
    );
  });
});

/** Returns undefined if the search finds damage. */
function ifSound<T>(search: () => T): T | undefined {
  try {
    return search();
  } catch (error) {
    if (isError(error, 'SnapshotCorrupt')) return undefined;
    throw error;
  }
}

function isWithin({ start, end }: LineSpan, frame: Buffer): boolean {
  return 0 <= start && start <= end && end <= frame.length;
}

describe('findLine in a frame without sorted lines', () => {
  const anyTarget = fc.nat(60).map((pk) => change(pk, 'v'));

  it('ends with a place in the frame or SnapshotCorrupt', () => {
    const kinds = fc.constantFrom<RunKind>('base', 'delta');
    const anyText = fc.oneof(
      fc.string({
        unit: fc.constantFrom('{"Item":{', '{"Keys":{', '"pk":', '{"N":"1"}', '}}\n', '\n', '"', '\\'),
        maxLength: 30,
      }),
      anyFrame.map(({ kind, changes }) => frameOf(kind, changes.toReversed()).toString('latin1')),
    );
    fc.assert(
      fc.property(kinds, anyText, fc.nat(), anyTarget, (kind, text, at, target) => {
        const frame = Buffer.from(text, 'latin1');
        const from = at % (frame.length + 1);
        const place = ifSound(() => findLine(kind, frame, keyRules(1), target, from));
        expect(place === undefined || isWithin(place, frame)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
