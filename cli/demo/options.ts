import { parseArgs } from 'node:util';

export interface Options {
  /** How many items the table is loaded with. */
  readonly items: number;
  readonly json: boolean;
  readonly keep: boolean;
  readonly help: boolean;
}

/** The command line is wrong; the message says how. */
export class UsageError extends Error {}

/** So that 1 percent is an item. */
const leastItems = 100;

export const usage = `Usage: npm run demo -- [options]

Loads a table, backs it up, changes 1 percent while a writer keeps writing, backs it up again,
restores both backups and proves that they are what the table held at their cuts.

  --items N   load N items of about 1 KB (20000; at least ${leastItems})
  --json      print the result as JSON, and nothing else, on standard output
  --keep      keep the folder with the database and the store, and print its path
  --help      print this

Exit code: 0 all held, 1 something did not hold or failed, 2 wrong usage`;

/** Throws `UsageError`. */
export function parseOptions(args: readonly string[]): Options {
  const { items, ...flags } = parse(args);
  const count = Number(items);
  if (!/^\d+$/.test(items) || !Number.isSafeInteger(count) || count < leastItems) {
    throw new UsageError(`--items must be a whole number of at least ${leastItems}, not ${items}`);
  }
  return { items: count, ...flags };
}

function parse(args: readonly string[]) {
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
