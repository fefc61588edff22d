import { measureApply } from './cases/apply.ts';
import { measureChain } from './cases/chain.ts';
import { measureDuckdb } from './cases/duckdb.ts';
import { measureFold } from './cases/fold.ts';
import { measureIngest } from './cases/ingest.ts';
import { measureItemReads } from './cases/item.ts';
import { measurePeer } from './cases/peer.ts';
import { measureThreads } from './cases/threads.ts';
import type { Repetitions } from './measure.ts';
import { BenchError } from './run.ts';
import type { World } from './world.ts';
import type { BackupId } from '../../lambda/model/ids.ts';

export interface Settings {
  readonly repetitions: Repetitions;
  /** The snapshot that the case works on: a base to change, or the snapshot to read from. */
  readonly snapshot?: BackupId;
  readonly profile?: boolean;
}

/** The cases. Each is measured in a process of its own. */
export const cases = {
  ingest: (world, settings) => measureIngest(world, settings.repetitions, settings.profile === true),
  peer: (world, settings) => measurePeer(world, settings.repetitions),
  'one-thread': (world, settings) => measureThreads(world, 1, settings.repetitions),
  'two-threads': (world, settings) => measureThreads(world, 2, settings.repetitions),
  'fold-uniform': (world, settings) =>
    measureFold(world, requireSnapshot(settings), 'day-1', settings.repetitions),
  'fold-confined': (world, settings) =>
    measureFold(world, requireSnapshot(settings), 'confined', settings.repetitions),
  duckdb: (world, settings) => measureDuckdb(world, requireSnapshot(settings), settings.repetitions),
  apply: (world, settings) => measureApply(world, requireSnapshot(settings), settings.repetitions),
  chain: (world, settings) => measureChain(world, requireSnapshot(settings), settings.repetitions.times),
  item: (world, settings) => measureItemReads(world, requireSnapshot(settings), settings.repetitions),
} satisfies Record<string, (world: World, settings: Settings) => Promise<object>>;

export type Cases = typeof cases;

function requireSnapshot({ snapshot }: Settings): BackupId {
  if (snapshot === undefined) throw new BenchError('there is no snapshot to work on');
  return snapshot;
}
