import { describe, expect, it } from 'vitest';
import { projectFiles, textOf } from './pages.ts';

const rows = textOf('docs/glossary.md').matchAll(/^\| (?<words>\*\*.+?) \|/gm);
const words = Array.from(rows, ({ groups }) => groups?.['words'] ?? '').flatMap((cell) =>
  Array.from(cell.matchAll(/\*\*(.+?)\*\*/g), ([, word = '']) => word),
);

const rooms = /^(?:architecture|lambda|lib|local|cli|test\/mutants)\/.*\.ts$/;
const code = projectFiles()
  .filter((file) => rooms.test(file))
  .map(textOf)
  .join('\n');

/** Matches the word as prose, with hyphens, or as a name such as `keyHash`. */
function anySpelling(word: string): RegExp {
  return new RegExp(word.split(' ').join('[ -]?'), 'i');
}

describe('the glossary', () => {
  it('defines no word twice', () => {
    expect(words.length).toBeGreaterThan(70);
    expect(words).toEqual([...new Set(words)]);
  });

  it.each(words)('defines "%s", which occurs in the code', (word) => {
    expect(anySpelling(word).test(code)).toBe(true);
  });
});
