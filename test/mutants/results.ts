import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from 'esbuild';
import { applyMutant, type Mutant } from './mutant.ts';
import type { Outcome } from './trial.ts';

/** The outcomes of earlier runs, in a file. An outcome is valid until the mutated file or one of its tests changes. */
export class Results {
  readonly #path: string;
  readonly #folder: string;
  readonly #outcomes: Map<string, Outcome>;

  /** The mutants are those of the copy of the project in `folder`. */
  constructor(path: string, folder: string) {
    this.#path = path;
    this.#folder = folder;
    const stored = existsSync(path) ? readFileSync(path, 'utf8') : '{}';
    this.#outcomes = new Map(Object.entries(JSON.parse(stored) as Record<string, Outcome>));
  }

  find(mutant: Mutant): Outcome | undefined {
    return this.#outcomes.get(this.#identify(mutant));
  }

  add(mutant: Mutant, outcome: Outcome): void {
    this.#outcomes.set(this.#identify(mutant), outcome);
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, JSON.stringify(Object.fromEntries(this.#outcomes), undefined, 2));
  }

  /** Hashes the mutated file, without comments and spaces, and the names of the tests. */
  #identify(mutant: Mutant): string {
    const source = readFileSync(join(this.#folder, mutant.file), 'utf8');
    const { code } = transformSync(applyMutant(source, mutant), { loader: 'ts', minifyWhitespace: true });
    return hash('sha256', JSON.stringify([mutant.file, mutant.tests, code]));
  }
}
