import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempDisposableSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mutants } from './mutants.ts';
import { formatReport } from './report.ts';
import { Results } from './results.ts';
import { TestRunner } from './test-runner.ts';
import { Trial } from './trial.ts';

/**
 * `npm run mutants` applies one mutant after another to a copy of the project, and prints which of them the tests kill.
 * Exit code: 0 if the tests kill all mutants that are not equivalent, 1 if not.
 */
const { values } = parseArgs({
  options: {
    /** Applies only mutants of files whose path contains this text. */
    only: { type: 'string', default: '' },
    /** Also measures mutants whose file and tests have not changed since they were measured. */
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
  const known = values.again ? undefined : results.find(mutant);
  if (known !== undefined && !(values.thorough && known.verdict === 'survived')) continue;
  const startedAt = performance.now();
  const outcome = await trial.try(mutant, values.thorough);
  results.add(mutant, outcome);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
  console.log(`${outcome.verdict.padEnd(10)} ${seconds} s  ${mutant.file}: ${mutant.harm}`);
  if (outcome.by !== undefined) console.log(`${' '.repeat(22)}${outcome.by}`);
}
const survivors = chosen.filter((mutant) => results.find(mutant)?.verdict === 'survived');
for (const { file, harm } of survivors) console.log(`survived: ${file}: ${harm}`);
console.log(formatReport(mutants, (mutant) => results.find(mutant)));
process.exitCode = survivors.length > 0 ? 1 : 0;
