import type { Result } from './in-child.ts';
import type { Repetitions } from './measure.ts';
import type { Part } from './options.ts';
import type { Suite } from './suite.ts';

/** What was measured: a member is absent if it was not asked for or failed. */
export interface Results {
  readonly ingest?: Result<'ingest'> | undefined;
  readonly peer?: Result<'peer'> | undefined;
  readonly oneThread?: Result<'one-thread'> | undefined;
  readonly twoThreads?: Result<'two-threads'> | undefined;
  readonly uniform?: Result<'fold-uniform'> | undefined;
  readonly confined?: Result<'fold-confined'> | undefined;
  readonly duckdb?: Result<'duckdb'> | undefined;
  readonly apply?: Result<'apply'> | undefined;
  readonly chain?: Result<'chain'> | undefined;
  readonly item?: Result<'item'> | undefined;
  readonly chainItem?: Result<'item'> | undefined;
}

/** Long work needs few repetitions; of short work the code must be compiled first. */
const long: Repetitions = { warm: 1, times: 3 };
const middle: Repetitions = { warm: 1, times: 5 };
const short: Repetitions = { warm: 6, times: 9 };
const shortest: Repetitions = { warm: 100, times: 400 };
const once: Repetitions = { warm: 0, times: 1 };

export const days = 30;

/** Measures the parts that are asked for. The base is made in any case. */
export async function measureParts(
  suite: Suite,
  parts: ReadonlySet<Part>,
  profile: boolean,
): Promise<Results> {
  const ingested = parts.has('ingest');
  const ingest = await suite.ingest({ repetitions: ingested ? long : once, profile });
  return {
    ...(ingested && { ingest, ...(await ingestAgain(suite)) }),
    ...(parts.has('fold') && (await folds(suite))),
    ...(parts.has('apply') && {
      apply: await suite.measure('apply', 'Apply a day of changes', { repetitions: short }),
    }),
    ...((parts.has('chain') || parts.has('item')) && (await chainAndItem(suite, parts))),
  };
}

async function ingestAgain(suite: Suite): Promise<Results> {
  return {
    peer: await suite.measure('peer', 'gunzip, JSON.parse and zstd of the same', { repetitions: long }),
    oneThread: await suite.measure('one-thread', 'Ingest in one worker', { repetitions: long }),
    twoThreads: await suite.measure('two-threads', 'Ingest in two workers', { repetitions: long }),
  };
}

async function folds(suite: Suite): Promise<Results> {
  return {
    uniform: await suite.measure('fold-uniform', 'Fold changes anywhere', { repetitions: middle }),
    duckdb: await suite.measure('duckdb', 'The same by DuckDB', { repetitions: middle }),
    confined: await suite.measure('fold-confined', 'Fold changes in 1 percent of the frames', {
      repetitions: short,
    }),
  };
}

/** An item is read from the base and from the end of a chain, where it may be in any of several runs. */
async function chainAndItem(suite: Suite, parts: ReadonlySet<Part>): Promise<Results> {
  const chain = await suite.measure('chain', `Take ${days} daily backups`, {
    repetitions: { warm: 0, times: days },
  });
  if (!parts.has('item')) return { chain };
  const item = await suite.measure('item', 'Read single items of the base', { repetitions: shortest });
  const chainItem =
    chain &&
    (await suite.measure('item', 'Read single items of the last backup', {
      repetitions: shortest,
      snapshot: chain.last,
    }));
  return { ...(parts.has('chain') && { chain }), item, chainItem };
}
