import type { Screen } from '../../cli/demo/screen.ts';
import { type DataKey, stagedSet } from './data.ts';
import { measureMemory } from './memory.ts';
import type { Options } from './options.ts';
import { cpuModel, isOver, type Report, type Row } from './report.ts';
import { measureParts } from './results.ts';
import { rowsOf } from './rows.ts';
import { Suite } from './suite.ts';
import { zstdVersion } from './zstd.ts';

const fullItems = 300_000;

/** Measures what the options ask for, in a store below the folder. Throws `BenchError` if zstd is not there. */
export async function bench(options: Options, folder: string, screen: Screen): Promise<Report> {
  const { seed, scale, parts } = options;
  const zstd = await zstdVersion();
  const data: DataKey = { seed, items: Math.ceil(fullItems * scale) };
  const files = await screen.step('Make the data, or find them', () => stagedSet(data, 'full'));
  const suite = new Suite({ data, folder }, screen);
  const rows: Row[] = [];
  let profile: Report['profile'] = [];
  if ([...parts].some((part) => part !== 'memory')) {
    const results = await measureParts(suite, parts, options.profile);
    rows.push(...rowsOf(results, suite.recompression()));
    profile = results.ingest?.profile ?? [];
  }
  if (parts.has('memory')) {
    const memory = measureMemory({ data, folder }, screen);
    rows.push(...(await memory.catch((error: unknown) => suite.failed('Peak memory', error))));
  }
  return {
    node: process.version,
    zstd,
    cpu: cpuModel(),
    items: data.items,
    rawBytes: files.reduce((sum, file) => sum + file.rawBytes, 0),
    seed,
    rows: rows.map((row) => ({ ...row, over: isOver(row) })),
    failures: suite.failures,
    profile,
  };
}
