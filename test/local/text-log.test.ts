import { expect, test } from 'vitest';
import { createTextLog } from '../../local/text-log.ts';

function collectLines(verbose: boolean): string[] {
  const lines: string[] = [];
  const log = createTextLog((line) => lines.push(line), verbose);
  log.info('step done', { step: 'begin', status: undefined, milliseconds: 12 });
  log.warn('stream has a gap');
  log.error('step failed', { reason: 'Internal: two\nlines' });
  return lines;
}

test('createTextLog writes one line for each warning and error', () => {
  expect(collectLines(false)).toEqual([
    'warn stream has a gap',
    String.raw`error step failed reason="Internal: two\nlines"`,
  ]);
});

test('createTextLog writes every event if it is verbose', () => {
  expect(collectLines(true)).toHaveLength(3);
  expect(collectLines(true)[0]).toBe('info step done step=begin milliseconds=12');
});
