import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyMutant, type Mutant } from './mutant.ts';

/** What became of a mutant: killed by a test that fails, or survived. */
export type Fate = 'killed by its tests' | 'killed by other tests' | 'killed by the simulation' | 'survived';

/** A mutant may make tests run for ever. */
const maxMs = 15 * 60_000;

/** The tests that run if a mutant survives its own tests: all without HTTP. */
const otherTests = ['--project', 'unit', '--project', 'database'];

const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--bail', '1'];
const simulation = ['test/simulation/main.ts', '--seeds', '100'];

/** Runs the tests of all mutants, and shows what fails. Throws if they fail without a mutant. */
export async function checkTests(folder: string, mutants: readonly Mutant[]): Promise<void> {
  const tests = new Set(mutants.flatMap((mutant) => mutant.tests));
  if (!(await passes(folder, [...vitest, '--reporter', 'dot', ...tests], 'inherit')))
    throw new Error('the tests fail without a mutant');
}

/** Applies the mutant to the copy of the project in the folder, runs the tests, and restores the source. */
export async function tryMutant(folder: string, mutant: Mutant, isThorough: boolean): Promise<Fate> {
  const file = join(folder, mutant.file);
  const source = readFileSync(file, 'utf8');
  writeFileSync(file, applyMutant(source, mutant));
  try {
    if (!(await passes(folder, [...vitest, ...mutant.tests]))) return 'killed by its tests';
    if (!isThorough) return 'survived';
    if (!(await passes(folder, simulation))) return 'killed by the simulation';
    return (await passes(folder, [...vitest, ...otherTests])) ? 'survived' : 'killed by other tests';
  } finally {
    writeFileSync(file, source);
  }
}

/** True if the program succeeds in time. */
async function passes(
  cwd: string,
  args: readonly string[],
  stdio: 'ignore' | 'inherit' = 'ignore',
): Promise<boolean> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd,
    detached: true,
    stdio,
  });
  const timer = setTimeout(() => process.kill(-Number(child.pid), 'SIGKILL'), maxMs);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return code === 0;
}
