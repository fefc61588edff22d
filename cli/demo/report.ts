import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from './demonstration.ts';
import { alignColumns, renderMegabytes, renderSeconds, renderWhole } from './text.ts';

/** The report of the demonstration, as `--json` prints it. Sizes are in bytes, times in milliseconds. */
export interface Report extends Outcome {
  /** True if every check passed. */
  readonly passed: boolean;
  readonly totalMs: number;
  readonly peakMemory: {
    /** Peak memory of this process, in which Tidemark and the demonstration run. */
    readonly tidemark: number;
    /** Peak memory of the embedded database. Only Linux reports it. */
    readonly database?: number;
  };
  /** Path of the folder that was kept with `--keep`. */
  readonly home?: string;
}

/** Reads the peak memory of the runtime in the folder `home`, in bytes, while it runs. */
export async function readPeakMemory(home: string): Promise<Report['peakMemory']> {
  const pid = await readFile(join(home, 'dynamodb.pid'), 'utf8').catch(() => '');
  const status = await readFile(`/proc/${pid.trim()}/status`, 'utf8').catch(() => '');
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return {
    tidemark: process.resourceUsage().maxRSS * 1024,
    ...(kilobytes !== undefined && { database: Number(kilobytes) * 1024 }),
  };
}

/** Renders the report for people: a table of the steps, the sizes, the checks. */
export function renderReport(report: Report): string {
  const { steps, backups, checks, totalMs, peakMemory: peak, passed } = report;
  const last = backups.at(-1);
  return [
    '',
    ...alignColumns([
      ['step', 'items', 'bytes', 'time', 'items/s', 'MB/s'],
      ...steps.map(({ step, items, bytes, ms }) => [
        step,
        renderWhole(items),
        bytes === undefined ? '-' : renderMegabytes(bytes),
        renderSeconds(ms),
        renderWhole((items * 1000) / ms),
        bytes === undefined ? '-' : (bytes / 1000 / ms).toFixed(1),
      ]),
    ]),
    '',
    ...(last ? [`table            ${renderMegabytes(last.bytes)} in ${renderWhole(last.items)} items`] : []),
    ...backups.map(
      ({ bytes, bytesWritten }, i) =>
        `backup ${i + 1} wrote   ${renderMegabytes(bytesWritten)}, ${((100 * bytesWritten) / bytes).toFixed(1)} % of the table`,
    ),
    `peak memory      ${renderMegabytes(peak.tidemark)}${peak.database === undefined ? '' : `, the database ${renderMegabytes(peak.database)}`}`,
    `time             ${renderSeconds(totalMs)}`,
    '',
    ...checks.map(({ name, passed, detail }) => `${passed ? 'ok    ' : 'FAILED'}  ${name}: ${detail}`),
    '',
    passed ? 'All checks passed.' : 'Some checks failed.',
  ].join('\n');
}
