import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyMutant, type Mutant } from './mutant.ts';
import type { TestRunner } from './test-runner.ts';

/** The outcome of a mutant. */
export interface Outcome {
  readonly verdict: 'killed' | 'survived' | 'equivalent' | 'not measured';
  /** The test that failed. */
  readonly by?: string;
}

const simulation = ['test/simulation/main.ts', '--seeds', '100'];

/** Tries mutants in a copy of the project. */
export class Trial {
  readonly #folder: string;
  readonly #runner: TestRunner;
  /** Test files that were found to pass without a mutant. */
  readonly #passing = new Set<string>();

  constructor(folder: string, runner: TestRunner) {
    this.#folder = folder;
    this.#runner = runner;
  }

  /** Applies the mutant, runs the tests, and restores the source. */
  async try(mutant: Mutant, isThorough: boolean): Promise<Outcome> {
    const by = await this.#findKiller(mutant, isThorough);
    if (by === undefined) return { verdict: mutant.equivalent === undefined ? 'survived' : 'equivalent' };
    return { verdict: (await this.#passesWithoutMutant(mutant, by)) ? 'killed' : 'not measured', by };
  }

  async #findKiller(mutant: Mutant, isThorough: boolean): Promise<string | undefined> {
    const file = join(this.#folder, mutant.file);
    const source = readFileSync(file, 'utf8');
    writeFileSync(file, applyMutant(source, mutant));
    try {
      const { file: changed, tests } = mutant;
      const failed = await this.#runner.findFailure({ changed, tests });
      if (failed !== undefined || !isThorough) return failed;
      const args = ['--disable-warning=ExperimentalWarning', ...simulation];
      if (spawnSync(process.execPath, args, { cwd: this.#folder }).status !== 0) return 'the simulation';
      return await this.#runner.findFailure({ changed, tests: 'all' });
    } finally {
      writeFileSync(file, source);
    }
  }

  /** False if the test that killed the mutant also fails without it. */
  async #passesWithoutMutant({ file, tests }: Mutant, by: string): Promise<boolean> {
    const killers = tests.filter((test) => by.startsWith(test) && !this.#passing.has(test));
    if (killers.length === 0) return true;
    const failed = await this.#runner.findFailure({ changed: file, tests: killers });
    if (failed !== undefined) return false;
    for (const test of killers) this.#passing.add(test);
    return true;
  }
}
