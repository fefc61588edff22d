import { existsSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { describe, expect, it } from 'vitest';
import { applyMutant, type Mutant } from './mutant.ts';
import { mutants } from './mutants.ts';

const mutate = (mutant: Mutant): string => applyMutant(readFileSync(mutant.file, 'utf8'), mutant);

describe('the list of mutants', () => {
  it('has more than a hundred, each another one', () => {
    expect(mutants.length).toBeGreaterThan(100);
    expect(new Set(mutants.map(mutate)).size).toBe(mutants.length);
  });

  it.each([...Map.groupBy(mutants, ({ file }) => file)])(
    'finds the text of each mutant once in %s, and the mutated file can be loaded',
    (_file, ofFile) => {
      for (const mutant of ofFile) expect(() => stripTypeScriptTypes(mutate(mutant))).not.toThrow();
    },
  );

  it('names only tests that exist', () => {
    const tests = new Set(mutants.flatMap((mutant) => mutant.tests));
    expect([...tests].filter((test) => !existsSync(test))).toEqual([]);
  });
});

describe('a mutant', () => {
  const mutant: Mutant = { file: 'a.ts', from: 'a < b', to: 'a <= $&', harm: '', tests: [] };

  it('replaces its text, even by a text with special characters', () => {
    expect(applyMutant('if (a < b)', mutant)).toBe('if (a <= $&)');
  });

  it.each(['if (a > b)', 'a < b < a < b'])('cannot be applied to %j', (source) => {
    expect(() => applyMutant(source, mutant)).toThrow(/^a\.ts has [02] times, not once: a < b$/);
  });
});
