import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempDisposableSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mutants } from './mutants.ts';
import { formatReport } from './report.ts';
import { Results } from './results.ts';
import { TestRunner } from './test-runner.ts';
import { type Outcome, Trial } from './trial.ts';

/**
 * `npm run mutants` applies one mutant after another to a copy of the project, and prints which of them the tests kill.
 * Exit code: 0 if the tests kill all mutants that are not equivalent, 1 if not.
 */
const { values } = parseArgs({
  options: {
    /** Applies only mutants of files whose path contains this text. */
    only: { type: 'string', default: '' },
    /** Also measures mutants that were killed before and whose file has not changed since. */
    again: { type: 'boolean', default: false },
    /** Runs all other tests and the simulation if a mutant survives its own tests. */
    thorough: { type: 'boolean', default: false },
  },
});

using copy = mkdtempDisposableSync(join(tmpdir(), 'tidemark-mutants-'));
const listFiles = ['ls-files', '--cached', '--others', '--exclude-standard'];
const files = execFileSync('git', listFiles, { encoding: 'utf8' }).trim().split('\n');
for (const file of files) cpSync(file, join(copy.path, file));
symlinkSync(join(process.cwd(), 'node_modules'), join(copy.path, 'node_modules'));
await using runner = new TestRunner(copy.path);
const trial = new Trial(copy.path, runner);
const results = new Results('.ci/.cache/mutants.json', copy.path);

const chosen = mutants.filter(({ file }) => file.includes(values.only));
for (const mutant of chosen) {
  const known = results.find(mutant)?.verdict;
  if (!values.again && isDone(known)) continue;
  const startedAt = performance.now();
  const outcome = await trial.try(mutant, values.thorough);
  results.add(mutant, outcome);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
  console.log(`${outcome.verdict.padEnd(12)} ${seconds} s  ${mutant.file}: ${mutant.harm}`);
  if (outcome.by !== undefined) console.log(`${' '.repeat(24)}${outcome.by}`);
}
const open = chosen.filter((mutant) => !isDone(results.find(mutant)?.verdict));
for (const { file, harm } of open) console.log(`not killed: ${file}: ${harm}`);
console.log(formatReport(mutants, (mutant) => results.find(mutant)));
process.exitCode = open.length > 0 ? 1 : 0;

function isDone(verdict: Outcome['verdict'] | undefined): boolean {
  return verdict === 'killed' || verdict === 'equivalent';
}
