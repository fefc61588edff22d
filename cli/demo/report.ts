import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from './demonstration.ts';
import { aligned, megabytes, seconds, whole } from './text.ts';

/** The demonstration's result, as `--json` prints it. Sizes are bytes, times milliseconds. */
export interface Report extends Outcome {
  /** Whether every check held. */
  readonly held: boolean;
  readonly totalMs: number;
  readonly peakMemory: {
    /** Of this process: Tidemark and the demonstration. */
    readonly tidemark: number;
    /** Of the embedded database, where the system tells. */
    readonly database?: number;
  };
  /** The folder that was kept. */
  readonly home?: string;
}

/** The peak memory of the runtime in `home`, in bytes, while it runs. */
export async function peakMemory(home: string): Promise<Report['peakMemory']> {
  const pid = await readFile(join(home, 'dynamodb.pid'), 'utf8').catch(() => '');
  const status = await readFile(`/proc/${pid.trim()}/status`, 'utf8').catch(() => '');
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return {
    tidemark: process.resourceUsage().maxRSS * 1024,
    ...(kilobytes !== undefined && { database: Number(kilobytes) * 1024 }),
  };
}

/** The result for people: a table of the steps, the sizes, the checks. */
export function renderReport(report: Report): string {
  const { steps, backups, checks, totalMs, peakMemory: peak, held } = report;
  const last = backups.at(-1);
  return [
    '',
    ...aligned([
      ['step', 'items', 'bytes', 'time', 'items/s', 'MB/s'],
      ...steps.map(({ step, items, bytes, ms }) => [
        step,
        whole(items),
        bytes === undefined ? '-' : megabytes(bytes),
        seconds(ms),
        whole((items * 1000) / ms),
        bytes === undefined ? '-' : (bytes / 1000 / ms).toFixed(1),
      ]),
    ]),
    '',
    ...(last ? [`table            ${megabytes(last.bytes)} in ${whole(last.items)} items`] : []),
    ...backups.map(
      ({ bytes, bytesWritten }, i) =>
        `backup ${i + 1} wrote   ${megabytes(bytesWritten)}, ${((100 * bytesWritten) / bytes).toFixed(1)} % of the table`,
    ),
    `peak memory      ${megabytes(peak.tidemark)}${peak.database === undefined ? '' : `, the database ${megabytes(peak.database)}`}`,
    `time             ${seconds(totalMs)}`,
    '',
    ...checks.map(({ name, held, detail }) => `${held ? 'yes' : 'NO '}  ${name}: ${detail}`),
    '',
    held ? 'All held.' : 'Not all held.',
  ].join('\n');
}
