import { describe, expect, it } from 'vitest';
import {
  chooseWay,
  minImportBytes,
  maxImportBytes,
  type RestoreFacts,
} from '../../lambda/restore/choose-way.ts';

const large: RestoreFacts = { restoreBy: 'auto', items: 3_000_000, bytes: 3e9, localIndexes: 0 };

describe('a restored table gets its items by', () => {
  it.each<[string, Partial<RestoreFacts>, string, RegExp]>([
    ['an import', {}, 'import', /1 GiB or more/],
    ['an import from 1 GiB on', { bytes: minImportBytes }, 'import', /1 GiB or more/],
    ['an import up to what any region takes', { bytes: maxImportBytes }, 'import', /1 GiB or more/],
    ['writes below', { bytes: minImportBytes - 1 }, 'writes', /faster/],
    ['writes above', { bytes: maxImportBytes + 1 }, 'writes', /1 TB/],
    ['an import that is wanted, however small', { restoreBy: 'import', bytes: 1 }, 'import', /restoreBy/],
    [
      'an import that is wanted, up to what any region takes',
      { restoreBy: 'import', bytes: maxImportBytes },
      'import',
      /restoreBy/,
    ],
    [
      'writes above, whatever is wanted',
      { restoreBy: 'import', bytes: maxImportBytes + 1 },
      'writes',
      /1 TB/,
    ],
    ['writes that are wanted, however large', { restoreBy: 'writes' }, 'writes', /restoreBy/],
    ['writes where there is a local index', { localIndexes: 1 }, 'writes', /local secondary/],
    [
      'writes where there is a local index, whatever is wanted',
      { restoreBy: 'import', localIndexes: 1 },
      'writes',
      /local secondary/,
    ],
    ['writes where there is nothing', { restoreBy: 'import', items: 0, bytes: 0 }, 'writes', /no items/],
  ])('%s', (_case, facts, way, why) => {
    expect(chooseWay({ ...large, ...facts })).toEqual({ way, why: expect.stringMatching(why) });
  });
});
