import { parseArgs } from 'node:util';

/** The parts that can be measured alone. */
export const parts = ['fold', 'apply', 'ingest', 'chain', 'item', 'memory', 'requests'] as const;

export type Part = (typeof parts)[number];

export interface Options {
  /** A factor for the 300,000 items, and for the time that requests are measured. */
  readonly scale: number;
  readonly seed: number;
  readonly parts: ReadonlySet<Part>;
  readonly json: boolean;
  readonly profile: boolean;
  readonly help: boolean;
}

/** The command line is wrong. The message says how. */
export class UsageError extends Error {}

export const usage = `Usage: npm run bench -- [options]

Measures the engine on 300,000 items of about 1 KB (300 MB) of which 1 percent change, against
  L     zstd -dc --single-thread | zstd -3 --single-thread  over the same compressed bytes
  D     DuckDB, one thread, joining base and changes (installed on first use, in bench/duckdb)
  peer  gunzip, JSON.parse and zstd -3 of a full export, one after the other
in CPU time, user and system, of all threads; medians of warm repetitions, all from one run.
And the path of a request: CreateBackup 50 times a second for 20 seconds on the embedded runtime, against a call that it
passes to the database; loading and first call of the bundled handler in new processes, against the smallest bundle with a
DynamoDB client; what each operation calls, and in how many rounds.

  --only NAME  measure only this part: ${parts.join(', ')}; may be repeated
  --memory     also measure peak memory with 4 and 16 times the data: takes long, and 5 GB in the temporary folder
  --scale X    use X times the items, and send requests X times as long: 0.1 for a quick look
  --seed N     use other data (default 1)
  --profile    also show where the ingest's main thread spends its time
  --json       print only the result, as JSON
  --help       print this text

Needs bash, zstd and openssl. Exit code: 0 all was measured (a missed limit shows as "over"), 1 some measure failed, 2 wrong usage`;

/** Parses the command line. Throws `UsageError`. */
export function parseOptions(args: readonly string[]): Options {
  const { only, memory, scale, seed, ...flags } = parse(args);
  const chosen = new Set(only.map(parsePart));
  if (chosen.size === 0) for (const part of parts) if (part !== 'memory') chosen.add(part);
  if (memory) chosen.add('memory');
  return {
    scale: parseNumber('--scale', scale, (value) => value > 0),
    seed: parseNumber('--seed', seed, Number.isSafeInteger),
    parts: chosen,
    ...flags,
  };
}

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true, default: [] },
        scale: { type: 'string', default: '1' },
        seed: { type: 'string', default: '1' },
        memory: flag,
        json: flag,
        profile: flag,
        help: flag,
      },
    });
    return values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function parsePart(name: string): Part {
  const part = parts.find((one) => one === name);
  if (part === undefined) throw new UsageError(`--only must be one of ${parts.join(', ')}, not ${name}`);
  return part;
}

function parseNumber(name: string, text: string, isValid: (value: number) => boolean): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || !isValid(value))
    throw new UsageError(`${name} cannot be ${text}`);
  return value;
}
