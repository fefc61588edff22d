import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../../lambda/services/config.ts';
import {
  type ExportWindow,
  exportTimeOf,
  computeFirstExportTime,
  planWindows,
} from '../../../lambda/sources/export/windows.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** What DynamoDB accepts: 15 minutes to 24 hours. */
const limits = defaultConfig.exportWindow;
const start = 1_700_000_000_000;

function windowsOf(parentTime: number, marker: number, earliestRestorable = 0): readonly ExportWindow[] {
  const found = planWindows({ parentTime, marker, earliestRestorable }, limits);
  return 'windows' in found ? found.windows : [];
}

function whyNot(parentTime: number, marker: number, earliestRestorable = 0): string | undefined {
  const found = planWindows({ parentTime, marker, earliestRestorable }, limits);
  return 'why' in found ? found.why : undefined;
}

describe('exportTimeOf', () => {
  it('returns the first whole second after the marker', () => {
    fc.assert(
      fc.property(fc.nat(10 * second), (ms) => {
        const time = exportTimeOf(start + ms);
        expect(time % second).toBe(0);
        expect(time - (start + ms)).toBeGreaterThan(0);
        expect(time - (start + ms)).toBeLessThanOrEqual(second);
      }),
    );
  });
});

describe('firstExportTime', () => {
  it('is after the second in which recovery begins, because DynamoDB truncates that time', () => {
    const marker = start - 10 * second;
    expect(computeFirstExportTime(marker, start)).toBe(start + second);
    expect(computeFirstExportTime(marker, start + 1)).toBe(start + second);
  });

  it('is after the marker if recovery reaches back to it', () => {
    expect(computeFirstExportTime(start, start - day)).toBe(start + second);
  });
});

describe('planWindows', () => {
  /**
   * A request: the time since the previous request, the time since recovery was enabled again (if it was off), and the
   * parent that it continues.
   */
  const anyRequest = fc.record({
    gap: fc.oneof(fc.nat(40 * minute), fc.nat(3 * day), fc.nat(40 * day)),
    outage: fc.option(fc.nat(2 * day), { freq: 4 }),
    parent: fc.nat(),
  });

  it('plans windows from the parent to the marker without gap or overlap, each of a length that DynamoDB accepts', () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { maxLength: 30 }), (requests) => {
        let marker = start;
        let earliest = start - day;
        const times = [exportTimeOf(marker)];
        for (const { gap, outage, parent } of requests) {
          marker += gap;
          if (outage !== null) earliest = Math.max(earliest, marker - outage);
          const parentTime = times[parent % times.length] ?? 0;
          const windows = windowsOf(parentTime, marker, earliest);
          const possible = parentTime >= earliest && exportTimeOf(marker) - parentTime >= 15 * minute;
          expect(windows.length > 0).toBe(possible);
          expectInRow(windows, parentTime, exportTimeOf(marker));
          times.push(exportTimeOf(marker));
        }
      }),
      { numRuns: 1000 },
    );
  });

  function expectInRow(windows: readonly ExportWindow[], from: number, to: number): void {
    let end = from;
    for (const window of windows) {
      expect(window.from).toBe(end);
      expect(window.from % second).toBe(0);
      expect(window.to - window.from).toBeGreaterThanOrEqual(15 * minute);
      expect(window.to - window.from).toBeLessThanOrEqual(day);
      end = window.to;
    }
    expect(end).toBe(windows.length > 0 ? to : from);
  }

  it.each([
    [15 * minute - second, 1],
    [day - second, 1],
    [day, 2],
    [day + 5 * minute, 2],
    [35 * day - second, 35],
  ])('plans, for a marker %d ms after the parent, %d windows', (distance, count) => {
    expect(windowsOf(start, start + distance)).toHaveLength(count);
  });

  it('plans no windows if the parent ends at exactly the wanted time', () => {
    for (const marker of [start - 1, start - second])
      expect(planWindows({ parentTime: start, marker, earliestRestorable: start - day }, limits)).toEqual({
        windows: [],
      });
  });

  it('plans no windows for a marker before the parent, if the parent was made where recovery begins', () => {
    const earliestRestorable = start - second;
    const situation = { parentTime: start, marker: start - 5 * second, earliestRestorable };
    expect(planWindows(situation, limits)).toEqual({ windows: [] });
  });

  it('plans windows of other lengths if the configuration says so', () => {
    const shorter = { minMs: 2 * second, maxMs: 10 * second };
    const situation = { parentTime: start, marker: start + 24 * second, earliestRestorable: start };
    expect(planWindows(situation, shorter)).toEqual({
      windows: [
        { from: start, to: start + 8 * second },
        { from: start + 8 * second, to: start + 16 * second },
        { from: start + 16 * second, to: start + 25 * second },
      ],
    });
  });
});

describe('planWindows if no windows are possible', () => {
  it.each([0, second, 15 * minute - second - 1])(
    'refuses a parent only %d ms before the marker',
    (distance) => {
      expect(whyNot(start, start + distance)).toBe(
        'the parent is less than 900 seconds older than the marker',
      );
    },
  );

  it('refuses a parent that holds writes after the marker', () => {
    expect(whyNot(start, start - hour)).toBe('the parent holds changes after the marker');
  });

  it('refuses a parent from before the time since which changes are available', () => {
    expect(whyNot(start, start + hour, start + 1)).toBe('the changes since the parent are no longer kept');
    expect(whyNot(start, start + hour, start)).toBeUndefined();
  });
});
