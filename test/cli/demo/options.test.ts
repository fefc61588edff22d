import { describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from '../../../cli/demo/options.ts';

describe('parseOptions in the demo', () => {
  it('defaults to 20,000 items and a readable report, and deletes the folder', () => {
    expect(parseOptions([])).toEqual({ items: 20_000, json: false, keep: false, help: false });
  });

  it('reads each option', () => {
    expect(parseOptions(['--items', '500', '--json', '--keep', '--help'])).toEqual({
      items: 500,
      json: true,
      keep: true,
      help: true,
    });
  });

  it.each([
    [['--items']],
    [['--items', '99']],
    [['--items', '-500']],
    [['--items', '1e3']],
    [['--items', '500.5']],
    [['--items', '9'.repeat(20)]],
    [['--item', '500']],
    [['500']],
  ])('refuses the arguments %j', (args) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
  });
});
