import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRuntime } from '../local/runtime.ts';
import { createTextLog } from '../local/text-log.ts';
import { demonstrate } from './demo/demonstration.ts';
import { type Options, parseOptions, usage, UsageError } from './demo/options.ts';
import { readPeakMemory, renderReport, type Report } from './demo/report.ts';
import { createScreen, type Screen } from './demo/screen.ts';

/*
 * `npm run demo` (its usage: `demo/options.ts`). It starts Tidemark in this process and works with it only over its endpoint:
 *
 *     demo/demonstration.ts    the steps: load, back up, change 1 %, back up again, restore both, compare, delete one
 *     demo/orders.ts           the items, each computed from its number and version; demo/batches.ts writes them
 *     demo/writer.ts           a writer that keeps writing during the backups, and records what it wrote when
 *     demo/proof.ts            checks a restored table against the model and the writer's history
 *     demo/screen.ts           shows the steps while they run; demo/report.ts the result
 */

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const home = await mkdtemp(join(tmpdir(), 'tidemark-demo-'));
  // Runs however this process ends, except by SIGKILL. The runtime ends its database at the exit too.
  process.once('exit', () => {
    if (options.keep) console.error(`Kept ${home}. To open it: TIDEMARK_HOME=${home} npm start`);
    else rmSync(home, { recursive: true, force: true, maxRetries: 10 });
  });
  const report = await runDemonstration(options, home, createScreen(options.json ? 'silent' : 'shown'));
  console.log(options.json ? JSON.stringify(report, null, 2) : renderReport(report));
  return report.passed ? 0 : 1;
}

async function runDemonstration({ items, keep }: Options, home: string, screen: Screen): Promise<Report> {
  const since = performance.now();
  const log = createTextLog((line) => console.error(line), false);
  const runtime = await screen.step('Start Tidemark', () => startRuntime({ port: 0, home, log }));
  try {
    const { steps, backups, checks } = await demonstrate(runtime.url, items, screen);
    return {
      passed: checks.every((check) => check.passed),
      steps,
      backups,
      checks,
      totalMs: performance.now() - since,
      peakMemory: await readPeakMemory(home),
      ...(keep && { home }),
    };
  } finally {
    await runtime.close();
  }
}

/** Prints the error and returns the exit code. */
function fail(error: unknown): number {
  console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
  return error instanceof UsageError ? 2 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Exits a moment later, so that the screen restores the terminal first.
  process.once(signal, () => setImmediate(() => process.exit(1)));
}
process.exitCode = await main(process.argv.slice(2)).catch(fail);
