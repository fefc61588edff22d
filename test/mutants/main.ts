import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempDisposableSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mutants } from './mutants.ts';
import { checkTests, type Fate, tryMutant } from './trial.ts';

/**
 * `npm run mutants` applies one mutant after another to a copy of the project, and prints which of them the tests kill.
 * Exit code: 0 if they kill all that are not equivalent, 1 if not.
 */
const { values } = parseArgs({
  options: {
    /** Applies only mutants of files whose path contains this text. */
    only: { type: 'string', default: '' },
    /** Runs all other tests and the simulation if a mutant survives its own tests. */
    thorough: { type: 'boolean', default: false },
  },
});

using copy = mkdtempDisposableSync(join(tmpdir(), 'tidemark-mutants-'));
const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).trim().split('\n');
for (const file of tracked) cpSync(file, join(copy.path, file));
symlinkSync(join(process.cwd(), 'node_modules'), join(copy.path, 'node_modules'));

const chosen = mutants.filter(({ file }) => file.includes(values.only));
await checkTests(copy.path, chosen);
const counts = new Map<Fate | 'equivalent', number>();
for (const mutant of chosen) {
  const fate = await tryMutant(copy.path, mutant, values.thorough);
  const isEquivalent = fate === 'survived' && mutant.equivalent !== undefined;
  const verdict = isEquivalent ? 'equivalent' : fate;
  counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  console.log(`${verdict.padEnd(24)} ${mutant.file}: ${mutant.harm}`);
}
for (const [verdict, count] of counts) console.log(`${String(count).padStart(4)} ${verdict}`);
process.exitCode = counts.has('survived') ? 1 : 0;
