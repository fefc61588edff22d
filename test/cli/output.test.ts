import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { count, jsonOf, outputTo, size, visible } from '../../cli/output.ts';

const isTTY = process.stderr.isTTY;
afterEach(() => {
  process.stderr.isTTY = isTTY;
  vi.restoreAllMocks();
});

/** What is written, in order, if standard error is a terminal or is not. */
function written(terminal: boolean): string[] {
  process.stderr.isTTY = terminal;
  const all: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => all.push(`err ${String(text)}`) > 0);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => all.push(`out ${String(text)}`) > 0);
  return all;
}

describe('progress', () => {
  it('is one line of a terminal, taken away by what comes next', () => {
    const all = written(true);
    const output = outputTo('text');
    output.progress('verifying', 0.999);
    output.progress('verifying', 0.9999);
    output.say('sound');
    output.progress('b', 0);
    output.end();
    const blank = ' '.repeat('verifying 99 %'.length);
    expect(all).toEqual([
      'err \r\rverifying 99 %',
      `err \r${blank}\r`,
      'out sound\n',
      'err \r\rb 0 %',
      'err \r     \r',
    ]);
  });

  it('is not told where there is no terminal', () => {
    const all = written(false);
    const output = outputTo('text');
    output.progress('verifying', 0.5);
    output.end();
    expect(all).toEqual([]);
  });
});

describe('a result is told in one form', () => {
  it.each([
    ['text', 'out line\n'],
    ['json', 'out {\n  "a": 1\n}\n'],
  ] as const)('%s', (form, expected) => {
    const all = written(false);
    const output = outputTo(form);
    output.say('line');
    output.document({ a: 1 });
    expect(all).toEqual([expected]);
  });
});

describe('visible text', () => {
  it('has nothing that steers a terminal, and as JSON means the same', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('\u001b', '\u009b', '\r', '\u202e', '\u{e0001}'),
        fc.string({ unit: 'binary' }),
      ),
    });
    fc.assert(
      fc.property(text, (value) => {
        const shown = visible(jsonOf({ value }));
        expect(shown).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|[\u2028\u2029]/u);
        expect(JSON.parse(shown)).toEqual({ value });
      }),
    );
  });
});

describe('figures for people', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [999, '999 B'],
    [1000, '1.0 KB'],
    [1_540_000, '1.5 MB'],
    [2e9, '2.0 GB'],
    [5e15, '5000.0 TB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });

  it.each([
    [0, '0 items'],
    [1, '1 item'],
    [1234, '1,234 items'],
  ])('%d: %s', (number, text) => {
    expect(count(number, 'item')).toBe(text);
  });
});
