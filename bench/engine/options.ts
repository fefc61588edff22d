import { parseArgs } from 'node:util';

/** What can be asked for alone. */
export const parts = ['fold', 'apply', 'ingest', 'chain', 'item', 'memory', 'requests'] as const;

export type Part = (typeof parts)[number];

export interface Options {
  /** Of 300,000 items, and of the time that requests are measured for. */
  readonly scale: number;
  readonly seed: number;
  readonly parts: ReadonlySet<Part>;
  readonly json: boolean;
  readonly profile: boolean;
  readonly help: boolean;
}

/** The command line is wrong; the message says how. */
export class UsageError extends Error {}

export const usage = `Usage: npm run bench -- [options]

Measures the engine on 300,000 items of about 1 KB (300 MB) of which 1 percent change, against
  L     zstd -dc --single-thread | zstd -3 --single-thread  over the same compressed bytes
  D     DuckDB, one thread, joining base and changes (installed on first use, in bench/duckdb)
  peer  gunzip, JSON.parse and zstd -3 of a full export, one after the other
in CPU time, user and system, of all threads; medians of warm repetitions, all from one run.
And the path of a request: CreateBackup 50 times a second for 20 seconds on the embedded runtime, against a call that it
passes to the database; loading and first call of the bundled handler in new processes, against the least bundle with a
DynamoDB client; what each operation calls, and in how many rounds.

  --only NAME  only ${parts.join(', ')}; may be given several times
  --memory     also the peak memory as the data grows 4 and 16 times: takes long, and 5 GB in the temporary folder
  --scale X    X times the items, and the time of requests: 0.1 for a quick look
  --seed N     other data (1)
  --profile    also where the ingest's main thread spends its time
  --json       print the result as JSON, and nothing else, on standard output
  --help       print this

Needs bash, zstd and openssl. Exit code: 0 all was measured (a missed limit is shown as "over"), 1 something could not be, 2 wrong usage`;

/** Throws `UsageError`. */
export function parseOptions(args: readonly string[]): Options {
  const { only, memory, scale, seed, ...flags } = parse(args);
  const asked = new Set(only.map(partOf));
  if (asked.size === 0) for (const part of parts) if (part !== 'memory') asked.add(part);
  if (memory) asked.add('memory');
  return {
    scale: numberOf('--scale', scale, (value) => value > 0),
    seed: numberOf('--seed', seed, Number.isSafeInteger),
    parts: asked,
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

function partOf(name: string): Part {
  const part = parts.find((one) => one === name);
  if (part === undefined) throw new UsageError(`--only must be one of ${parts.join(', ')}, not ${name}`);
  return part;
}

function numberOf(name: string, text: string, isRight: (value: number) => boolean): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || !isRight(value))
    throw new UsageError(`${name} cannot be ${text}`);
  return value;
}
