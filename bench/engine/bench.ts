import type { Screen } from '../../cli/demo/screen.ts';
import { measureRequests } from '../requests/requests.ts';
import { stagedSet } from './data.ts';
import { measureMemory } from './memory.ts';
import type { Options } from './options.ts';
import { cpuModel, isOver, type Report, type Row } from './report.ts';
import { measureParts } from './results.ts';
import { rowsOf } from './rows.ts';
import { Suite } from './suite.ts';
import { zstdVersion } from './zstd.ts';
import type { DataKey } from './data-key.ts';

const fullItems = 300_000;

/** Measures what the options ask for, in stores below the folder. Throws `BenchError` if zstd is needed and not there. */
export async function bench(options: Options, folder: string, screen: Screen): Promise<Report> {
  const { seed, scale, parts } = options;
  const data: DataKey = { seed, items: Math.ceil(fullItems * scale) };
  const suite = new Suite({ data, folder }, screen);
  const ofEngine = [...parts].some((part) => part !== 'requests');
  const engine = ofEngine ? await benchEngine(options, suite, { data, folder }, screen) : undefined;
  const requests = parts.has('requests')
    ? await measureRequests(folder, scale, screen, (title, error) => suite.failed(title, error))
    : undefined;
  const rows = [...(engine?.rows ?? []), ...(requests?.rows ?? [])];
  return {
    node: process.version,
    cpu: cpuModel(),
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
  const zstd = await zstdVersion();
  const files = await screen.step('Make the data, or find them', () => stagedSet(place.data, 'full'));
  const rows: Row[] = [];
  let selfTimes: Report['profile'] = [];
  if ([...parts].some((part) => part !== 'memory' && part !== 'requests')) {
    const results = await measureParts(suite, parts, profile);
    rows.push(...rowsOf(results, suite.recompression()));
    selfTimes = results.ingest?.profile ?? [];
  }
  if (parts.has('memory')) {
    const memory = measureMemory(place, screen);
    rows.push(...(await memory.catch((error: unknown) => suite.failed('Peak memory', error))));
  }
  const rawBytes = files.reduce((sum, file) => sum + file.rawBytes, 0);
  return { data: { zstd, items: place.data.items, rawBytes, seed }, rows, profile: selfTimes };
}
