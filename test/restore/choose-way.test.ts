import { describe, expect, it } from 'vitest';
import {
  chooseWay,
  minImportBytes,
  maxImportBytes,
  type RestoreFacts,
} from '../../lambda/restore/choose-way.ts';

const large: RestoreFacts = { restoreBy: 'auto', items: 3_000_000, bytes: 3e9, localIndexes: 0 };

describe('chooseWay', () => {
  it.each<[string, Partial<RestoreFacts>, string, RegExp]>([
    ['an import of large content', {}, 'import', /1 GiB or more/],
    ['an import of exactly 1 GiB', { bytes: minImportBytes }, 'import', /1 GiB or more/],
    ['an import of the most that every region accepts', { bytes: maxImportBytes }, 'import', /1 GiB or more/],
    ['writes of less than 1 GiB', { bytes: minImportBytes - 1 }, 'writes', /faster/],
    ['writes of more than every region imports', { bytes: maxImportBytes + 1 }, 'writes', /1 TB/],
    ['a configured import of little content', { restoreBy: 'import', bytes: 1 }, 'import', /restoreBy/],
    [
      'a configured import of the most that every region accepts',
      { restoreBy: 'import', bytes: maxImportBytes },
      'import',
      /restoreBy/,
    ],
    [
      'writes of more than every region imports, even if an import is configured',
      { restoreBy: 'import', bytes: maxImportBytes + 1 },
      'writes',
      /1 TB/,
    ],
    ['configured writes of large content', { restoreBy: 'writes' }, 'writes', /restoreBy/],
    ['writes for a table with a local index', { localIndexes: 1 }, 'writes', /local secondary/],
    [
      'writes for a table with a local index, even if an import is configured',
      { restoreBy: 'import', localIndexes: 1 },
      'writes',
      /local secondary/,
    ],
    [
      'writes for an empty table, even if an import is configured',
      { restoreBy: 'import', items: 0, bytes: 0 },
      'writes',
      /no items/,
    ],
  ])('chooses %s', (_case, facts, way, why) => {
    expect(chooseWay({ ...large, ...facts })).toEqual({ way, why: expect.stringMatching(why) });
  });
});
