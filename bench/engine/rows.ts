import { renderMegabytes } from '../../cli/demo/text.ts';
import type { Result } from './in-child.ts';
import type { Row } from './report.ts';
import { days, type Results } from './results.ts';

/** Builds the rows of the report, with their limits. `l` is L in CPU seconds. */
export function buildRows(results: Results, l: number): Row[] {
  const { ingest, peer, uniform, confined, duckdb, apply, chain, item, chainItem } = results;
  return [
    { name: 'L', value: l, unit: 'CPU s' },
    ...(duckdb ? [buildCpuRow('D', duckdb.cpu, { of: 'L', is: l })] : []),
    ...(uniform ? buildUniformRows(uniform, duckdb?.cpu, l) : []),
    ...(confined ? buildConfinedRows(confined, l) : []),
    ...(apply ? buildApplyRows(apply, l) : []),
    ...(ingest && peer ? buildIngestRows(ingest, peer, results) : []),
    ...(chain ? buildChainRows(chain) : []),
    ...(item ? buildItemRows('one item of the base', item) : []),
    ...(chainItem ? buildItemRows('one item of the last daily backup', chainItem) : []),
  ];
}

function buildUniformRows(
  { written, unwritten }: Result<'fold-uniform'>,
  d: number | undefined,
  l: number,
): Row[] {
  return [
    buildCpuRow('fold, changes anywhere', written.cpu, { of: 'L', is: l }, 1.2),
    ...(d === undefined ? [] : [buildCpuRow('  the same', written.cpu, { of: 'D', is: d }, 1)]),
    buildCpuRow('  without writing the file', unwritten.cpu, { of: 'L', is: l }),
  ];
}

function buildConfinedRows({ written, unwritten }: Result<'fold-confined'>, l: number): Row[] {
  return [
    buildCpuRow('fold, changes in 1 % of the frames', unwritten.cpu, { of: 'L', is: l }, 0.1),
    buildCpuRow('  with writing the file', written.cpu, { of: 'L', is: l }),
  ];
}

function buildApplyRows(apply: Result<'apply'>, l: number): Row[] {
  return [
    buildCpuRow('apply from spills', apply.fromSpills.cpu, { of: 'L', is: l }, 0.05),
    buildCpuRow('apply from staged files', apply.fromStaged.cpu, { of: 'L', is: l }, 0.15),
    {
      name: '  bytes written, by its lines under zstd -3',
      value: apply.written,
      unit: 'bytes',
      ratio: apply.written / apply.compressed,
      of: 'zstd',
      limit: 1.2,
    },
  ];
}

function buildIngestRows(
  ingest: Result<'ingest'>,
  peer: Result<'peer'>,
  { oneThread, twoThreads }: Results,
): Row[] {
  const { gunzip, parse, compress, total } = peer;
  const reference = { of: 'peer', is: total.cpu };
  const note = `gunzip ${gunzip.cpu.toFixed(2)}, JSON.parse ${parse.cpu.toFixed(2)}, zstd ${compress.cpu.toFixed(2)}`;
  return [
    { ...buildCpuRow('peer of the ingest', total.cpu), note },
    {
      ...buildCpuRow('ingest of a full export', ingest.total.cpu, reference, 2),
      note: `${(ingest.rawBytes / 1e6 / ingest.total.wall).toFixed(0)} MB/s`,
    },
    buildCpuRow('  partition', ingest.partition.cpu, reference),
    buildCpuRow('  arrange and apply', ingest.apply.cpu, reference),
    ...(oneThread && twoThreads
      ? [
          {
            name: '  time in two workers, by that in one',
            value: twoThreads.total.wall,
            unit: 's',
            ratio: twoThreads.total.wall / oneThread.total.wall,
            of: 'one',
            note: `CPU ${twoThreads.total.cpu.toFixed(2)} s instead of ${oneThread.total.cpu.toFixed(2)} s`,
          } as const,
        ]
      : []),
  ];
}

function buildChainRows({ copies, depth, files, medianCpu, maxCpu }: Result<'chain'>): Row[] {
  return [
    { name: `${days} daily backups, all stored together`, value: copies, unit: 'copies', limit: 1.8 },
    { name: '  runs to read for a key, at most', value: depth, unit: 'runs', limit: 8 },
    { name: '  run files of a backup, at most', value: files, unit: 'runs' },
    { ...buildCpuRow('  one of them, from staged files', medianCpu), note: `at most ${maxCpu.toFixed(2)} s` },
  ];
}

function buildItemRows(name: string, item: Result<'item'>): Row[] {
  const { medianMs, p99Ms, medianBytes, medianReads, found, requested } = item;
  const note = `p99 ${p99Ms.toFixed(1)} ms; ${renderMegabytes(medianBytes)} in ${medianReads} reads; ${found} of ${requested} found`;
  return [{ name, value: medianMs, unit: 'ms', limit: 20, note }];
}

function buildCpuRow(
  name: string,
  value: number,
  reference?: { of: string; is: number },
  limit?: number,
): Row {
  return {
    name,
    value,
    unit: 'CPU s',
    ...(reference && { ratio: value / reference.is, of: reference.of }),
    ...(limit !== undefined && { limit }),
  };
}
