import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createOutput,
  escapeInvisible,
  renderCount,
  renderDuration,
  renderMoney,
  renderSize,
  toJson,
} from '../../cli/output.ts';
import { anyCodePoint } from '../support/item/arbitrary.ts';

const isTTY = process.stderr.isTTY;
afterEach(() => {
  process.stderr.isTTY = isTTY;
  vi.restoreAllMocks();
});

/** Records everything that a command writes to standard output and standard error, in order. */
function recordWrites(terminal: boolean): string[] {
  process.stderr.isTTY = terminal;
  const all: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => all.push(`err ${String(text)}`) > 0);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => all.push(`out ${String(text)}`) > 0);
  return all;
}

describe('the progress line of a command', () => {
  it('is shown on a terminal, and removed by the next output', () => {
    const all = recordWrites(true);
    const output = createOutput('text');
    output.showProgress('verifying', 0.999);
    output.showProgress('verifying', 0.9999);
    output.printLine('sound');
    output.showProgress('b', 0);
    output.clearProgress();
    const blank = ' '.repeat('verifying 99 %'.length);
    expect(all).toEqual([
      'err \r\rverifying 99 %',
      `err \r${blank}\r`,
      'out sound\n',
      'err \r\rb 0 %',
      'err \r     \r',
    ]);
  });

  it('is not shown without a terminal', () => {
    const all = recordWrites(false);
    const output = createOutput('text');
    output.showProgress('verifying', 0.5);
    output.clearProgress();
    expect(all).toEqual([]);
  });
});

describe('the result of a command', () => {
  it.each([
    ['text', 'out line\n'],
    ['json', 'out {\n  "a": 1\n}\n'],
  ] as const)('is printed only as %s', (form, expected) => {
    const all = recordWrites(false);
    const output = createOutput(form);
    output.printLine('line');
    output.printDocument({ a: 1 });
    expect(all).toEqual([expected]);
  });
});

describe('escapeInvisible', () => {
  it('leaves no control character of a terminal, and keeps the meaning of JSON', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('\u001b', '\u009b', '\r', '\u202e', '\u{e0001}'),
        fc.string({ unit: anyCodePoint }),
      ),
    });
    fc.assert(
      fc.property(text, (value) => {
        const shown = escapeInvisible(toJson({ value }));
        expect(shown).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|[\u2028\u2029]/u);
        expect(JSON.parse(shown)).toEqual({ value });
      }),
    );
  });
});

describe('renderSize', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [999, '999 B'],
    [1000, '1.0 KB'],
    [1_540_000, '1.5 MB'],
    [2e9, '2.0 GB'],
    [5e15, '5000.0 TB'],
  ])('renders %d bytes as %s', (bytes, text) => {
    expect(renderSize(bytes)).toBe(text);
  });
});

describe('renderCount', () => {
  it.each([
    [0, '0 items'],
    [1, '1 item'],
    [1234, '1,234 items'],
  ])('renders the number %d as %s', (number, text) => {
    expect(renderCount(number, 'item')).toBe(text);
  });
});

describe('renderMoney', () => {
  it.each([
    // The answer has rounded figures, so 0 does not mean free.
    [0, 'under 0.01 USD'],
    [0.009, 'under 0.01 USD'],
    [0.01, '0.01 USD'],
    [65.536, '65.54 USD'],
  ])('renders %d US dollars as %s', (usd, text) => {
    expect(renderMoney(usd)).toBe(text);
  });
});

describe('renderDuration', () => {
  it.each([
    [0, '0 s'],
    [99.4, '99 s'],
    [121, '2 min'],
    [5999, '100 min'],
    [6000, '1.7 h'],
    [172_800, '2.0 days'],
  ])('renders %d seconds as %s', (seconds, text) => {
    expect(renderDuration(seconds)).toBe(text);
  });
});
