import { cpus } from 'node:os';
import { styleText } from 'node:util';
import { alignColumns, renderMegabytes } from '../../cli/demo/text.ts';
import type { OperationCalls } from '../requests/calls.ts';
import type { SelfTime } from './profile.ts';

/** One measured figure. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: 'CPU s' | 's' | 'ms' | 'bytes' | 'copies' | 'runs' | 'calls';
  /** The value divided by its reference. */
  readonly ratio?: number;
  /** The name of the reference: L, D, peer, ... */
  readonly of?: string;
  /** The limit for the ratio, or for the value if there is no ratio. */
  readonly limit?: number;
  readonly note?: string;
}

/** Everything that was measured, as `--json` prints it. */
export interface Report {
  readonly node: string;
  readonly cpu: string;
  /** The data that the engine was measured with, if it was measured. */
  readonly data?: {
    readonly zstd: string;
    readonly items: number;
    readonly rawBytes: number;
    readonly seed: number;
  };
  readonly rows: readonly (Row & { readonly over: boolean })[];
  readonly operations: readonly OperationCalls[];
  /** The measurements that failed, and why. */
  readonly failures: readonly string[];
  readonly profile: readonly SelfTime[];
}

export const readCpuModel = (): string => cpus()[0]?.model ?? 'unknown';

/** True if a figure is over its limit. */
export function isOver({ value, ratio, limit }: Row): boolean {
  return limit !== undefined && (ratio ?? value) > limit;
}

/** Renders the report for people. */
export function renderReport(report: Report): string {
  const { node, cpu, data, rows, operations, failures, profile } = report;
  const table = alignColumns([
    ['', 'measured', 'ratio', 'limit', ''],
    ...rows.map((row) => [
      row.name,
      renderMeasure(row),
      row.ratio === undefined ? '' : `${row.ratio.toFixed(2)} ${row.of ?? ''}`,
      row.limit === undefined ? '' : `${row.limit} ${row.ratio === undefined ? row.unit : (row.of ?? '')}`,
      row.limit === undefined ? '' : row.over ? 'over' : 'held',
    ]),
  ]);
  const [head = '', ...lines] = table;
  return [
    '',
    `Node ${node}, ${cpu}${data === undefined ? '' : `; ${renderData(data)}`}`,
    '',
    head,
    ...lines.map((line, i) => {
      const { over, note } = rows[i] ?? {};
      const text = over === true ? styleText('red', line) : line;
      return note === undefined ? text : `${text}  ${note}`;
    }),
    ...renderOperations(operations),
    ...failures.map((failure) => styleText('red', `not measured: ${failure}`)),
    ...(profile.length > 0 ? ['', "The ingest's main thread, ms of self time:"] : []),
    ...profile.map(({ what, ms }) => `${String(ms).padStart(7)}  ${what}`),
  ].join('\n');
}

function renderData({ zstd, items, rawBytes, seed }: NonNullable<Report['data']>): string {
  return `zstd ${zstd}, ${items.toLocaleString('en-US')} items, ${renderMegabytes(rawBytes)}, seed ${seed}`;
}

function renderOperations(operations: readonly OperationCalls[]): string[] {
  if (operations.length === 0) return [];
  const counts = operations.map(({ operation, rounds }) => [
    operation,
    String(rounds.flat().length),
    String(rounds.length),
  ]);
  const [head = '', ...lines] = alignColumns([['', 'calls', 'rounds'], ...counts]);
  const names = operations.map(({ rounds }) => rounds.map((round) => round.join(' + ')).join(', then '));
  return ['', head, ...lines.map((line, i) => `${line}  ${names[i]}`)];
}

function renderMeasure({ value, unit }: Row): string {
  if (unit === 'bytes') return renderMegabytes(value);
  if (unit === 'runs' || unit === 'calls') return `${value} ${unit}`;
  return `${value.toFixed(unit === 'CPU s' ? 3 : 2)} ${unit}`;
}
