import type { Result } from './in-child.ts';
import type { Repetitions } from './measure.ts';
import type { Part } from './options.ts';
import type { Suite } from './suite.ts';

/** The results of the cases. A member is missing if its case was not chosen or failed. */
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

/** Long work needs few repetitions. Short work needs a warm-up, so that its code is compiled. */
const long: Repetitions = { warm: 1, times: 3 };
const middle: Repetitions = { warm: 1, times: 5 };
const short: Repetitions = { warm: 6, times: 9 };
const shortest: Repetitions = { warm: 100, times: 400 };
const once: Repetitions = { warm: 0, times: 1 };

export const days = 30;

/** Measures the chosen parts. The base is always made, since other parts need it. */
export async function measureParts(
  suite: Suite,
  parts: ReadonlySet<Part>,
  profile: boolean,
): Promise<Results> {
  const measuresIngest = parts.has('ingest');
  const ingest = await suite.ingest({ repetitions: measuresIngest ? long : once, profile });
  return {
    ...(measuresIngest && { ingest, ...(await measureIngestPeers(suite)) }),
    ...(parts.has('fold') && (await measureFolds(suite))),
    ...(parts.has('apply') && {
      apply: await suite.measure('apply', 'Apply a day of changes', { repetitions: short }),
    }),
    ...((parts.has('chain') || parts.has('item')) && (await measureChainAndItem(suite, parts))),
  };
}

async function measureIngestPeers(suite: Suite): Promise<Results> {
  return {
    peer: await suite.measure('peer', 'gunzip, JSON.parse and zstd of the same', { repetitions: long }),
    oneThread: await suite.measure('one-thread', 'Ingest in one worker', { repetitions: long }),
    twoThreads: await suite.measure('two-threads', 'Ingest in two workers', { repetitions: long }),
  };
}

async function measureFolds(suite: Suite): Promise<Results> {
  return {
    uniform: await suite.measure('fold-uniform', 'Fold changes anywhere', { repetitions: middle }),
    duckdb: await suite.measure('duckdb', 'The same by DuckDB', { repetitions: middle }),
    confined: await suite.measure('fold-confined', 'Fold changes in 1 percent of the frames', {
      repetitions: short,
    }),
  };
}

/** Measures the chain, and reads items from the base and from the end of the chain, where several runs may hold them. */
async function measureChainAndItem(suite: Suite, parts: ReadonlySet<Part>): Promise<Results> {
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
