import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRuntime } from '../local/runtime.ts';
import { textLog } from '../local/text-log.ts';
import { demonstrate } from './demo/demonstration.ts';
import { type Options, parseOptions, usage, UsageError } from './demo/options.ts';
import { peakMemory, type Report, renderReport } from './demo/report.ts';
import { type Screen, screenOn } from './demo/screen.ts';

/** `npm run demo`: see its `--help`. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const home = await mkdtemp(join(tmpdir(), 'tidemark-demo-'));
  // However this process ends, but for a kill: the runtime ends its database at the exit too.
  process.once('exit', () => {
    if (options.keep) console.error(`Kept: ${home}. To look at it: TIDEMARK_HOME=${home} npm start`);
    else rmSync(home, { recursive: true, force: true, maxRetries: 10 });
  });
  const report = await reportOn(options, home, screenOn(options.json ? 'silent' : 'shown'));
  console.log(options.json ? JSON.stringify(report, null, 2) : renderReport(report));
  return report.held ? 0 : 1;
}

async function reportOn({ items, keep }: Options, home: string, screen: Screen): Promise<Report> {
  const since = performance.now();
  const log = textLog((line) => console.error(line), false);
  const runtime = await screen.step('Start Tidemark', () => startRuntime({ port: 0, home, log }));
  try {
    const { steps, backups, checks } = await demonstrate(runtime.url, items, screen);
    return {
      held: checks.every((check) => check.held),
      steps,
      backups,
      checks,
      totalMs: performance.now() - since,
      peakMemory: await peakMemory(home),
      ...(keep && { home }),
    };
  } finally {
    await runtime.close();
  }
}

function fail(error: unknown): number {
  console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
  return error instanceof UsageError ? 2 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Not at once, so that the screen gives the terminal back first.
  process.once(signal, () => setImmediate(() => process.exit(1)));
}
process.exitCode = await main(process.argv.slice(2)).catch(fail);
