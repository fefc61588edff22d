import type { Screen } from '../../cli/demo/screen.ts';
import { measureRequests } from '../requests/requests.ts';
import { stageData } from './data.ts';
import { measureMemory } from './memory.ts';
import type { Options } from './options.ts';
import { readCpuModel, isOver, type Report, type Row } from './report.ts';
import { measureParts } from './results.ts';
import { buildRows } from './rows.ts';
import { Suite } from './suite.ts';
import { readZstdVersion } from './zstd.ts';
import type { DataKey } from './data-key.ts';

const fullItems = 300_000;

/**
 * Runs the benchmark.
 *
 * ```
 * options -> data (made once, kept in the temporary folder)
 *         -> cases of the engine, each in a process of its own: cases/ measure, results.ts orders them, rows.ts sets limits
 *         -> the path of a request: bench/requests/
 *         -> report (report.ts): rows with ratio and limit
 * ```
 *
 * Measures the parts that the options name, in stores below the folder. If a measurement fails, the report says so, and the
 * others still run. Throws `BenchError` if zstd is needed and not installed.
 */
export async function runBench(options: Options, folder: string, screen: Screen): Promise<Report> {
  const { seed, scale, parts } = options;
  const data: DataKey = { seed, items: Math.ceil(fullItems * scale) };
  const suite = new Suite({ data, folder }, screen);
  const needsEngine = [...parts].some((part) => part !== 'requests');
  const engine = needsEngine ? await benchEngine(options, suite, { data, folder }, screen) : undefined;
  const requests = parts.has('requests')
    ? await measureRequests(folder, scale, screen, (title, error) => suite.recordFailure(title, error))
    : undefined;
  const rows = [...(engine?.rows ?? []), ...(requests?.rows ?? [])];
  return {
    node: process.version,
    cpu: readCpuModel(),
    ...(engine && { data: engine.data }),
    rows: rows.map((row) => ({ ...row, over: isOver(row) })),
    operations: requests?.operations ?? [],
    failures: suite.failures,
    profile: engine?.profile ?? [],
  };
}

async function benchEngine(
  { seed, parts, profile }: Options,
  suite: Suite,
  place: { data: DataKey; folder: string },
  screen: Screen,
): Promise<Required<Pick<Report, 'data' | 'profile'>> & { rows: Row[] }> {
  const zstd = await readZstdVersion();
  const files = await screen.step('Make the data, or find it', () => stageData(place.data, 'full'));
  const rows: Row[] = [];
  let selfTimes: Report['profile'] = [];
  if ([...parts].some((part) => part !== 'memory' && part !== 'requests')) {
    const results = await measureParts(suite, parts, profile);
    rows.push(...buildRows(results, suite.medianRecompression()));
    selfTimes = results.ingest?.profile ?? [];
  }
  if (parts.has('memory')) {
    const memory = measureMemory(place, screen);
    rows.push(...(await memory.catch((error: unknown) => suite.recordFailure('Peak memory', error))));
  }
  const rawBytes = files.reduce((sum, file) => sum + file.rawBytes, 0);
  return { data: { zstd, items: place.data.items, rawBytes, seed }, rows, profile: selfTimes };
}
