import { parseArgs } from 'node:util';

export interface Options {
  /** How many items to load into the table. */
  readonly items: number;
  /** Whether to print the report as JSON. */
  readonly json: boolean;
  /** Whether to keep the folder with the database and the store. */
  readonly keep: boolean;
  readonly help: boolean;
}

/** The command line is wrong. The message says how. */
export class UsageError extends Error {}

/** With fewer items, 1 percent would be less than one item. */
const minItems = 100;

export const usage = `Usage: npm run demo -- [options]

Loads a table, backs it up, changes 1 percent of it, and backs it up again, all while a writer keeps
writing. Then restores both backups and checks that each has the content of the table at its cut.

  --items N   load N items of about 1 KB each (default: 20000; at least ${minItems})
  --json      print the report as JSON on standard output, and nothing else
  --keep      keep the folder with the database and the store, and print its path
  --help      print this help

Exit code: 0 all checks passed, 1 a check or a step failed, 2 wrong command line`;

/** Throws `UsageError`. */
export function parseOptions(args: readonly string[]): Options {
  const { items, ...flags } = readArgs(args);
  const count = Number(items);
  if (!/^\d+$/.test(items) || !Number.isSafeInteger(count) || count < minItems) {
    throw new UsageError(`--items must be a whole number of at least ${minItems}, not ${items}`);
  }
  return { items: count, ...flags };
}

function readArgs(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { items: { type: 'string', default: '20000' }, json: flag, keep: flag, help: flag },
    });
    return values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
