import './deterministic.ts';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '40' },
    log: { type: 'string' },
  },
});

// Comes after `deterministic.ts`, which must come before every file of Tidemark.
const { simulate } = await import('./simulate.ts');
const { Summary } = await import('./summary.ts');

const first = Number(values.seed);
const summary = new Summary();
const logs: string[] = [];
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const outcome = await simulate(seed, Number(values.steps));
  summary.add(outcome);
  if (values.log !== undefined) logs.push(...outcome.log);
}
if (values.log !== undefined) writeFileSync(values.log, `${logs.join('\n')}\n`);
console.log(summary.toString());
process.exit(summary.failed > 0 ? 1 : 0);
