/** Measures how fast Tidemark is: the engine against fixed limits, and the path of a request. `npm run bench -- --help` */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createScreen } from '../cli/demo/screen.ts';
import { runBench } from './engine/bench.ts';
import { parseOptions, usage, UsageError } from './engine/options.ts';
import { renderReport } from './engine/report.ts';

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  const report = await runBench(options, folder, createScreen(options.json ? 'silent' : 'shown'));
  console.log(options.json ? JSON.stringify(report, undefined, 2) : renderReport(report));
  return report.failures.length === 0 ? 0 : 1;
}

function fail(error: unknown): number {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  return error instanceof UsageError ? 2 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Exit later in the event loop, so that the screen restores the terminal first.
  process.once(signal, () => setImmediate(() => process.exit(1)));
}
process.exitCode = await main(process.argv.slice(2)).catch(fail);
