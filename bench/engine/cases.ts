import type { BackupId } from '../../lambda/model/records.ts';
import { apply } from './cases/apply.ts';
import { chain } from './cases/chain.ts';
import { duckdb } from './cases/duckdb.ts';
import { fold } from './cases/fold.ts';
import { ingest } from './cases/ingest.ts';
import { item } from './cases/item.ts';
import { peer } from './cases/peer.ts';
import { threads } from './cases/threads.ts';
import type { Repetitions } from './measure.ts';
import { BenchError } from './run.ts';
import type { World } from './world.ts';

export interface Settings {
  readonly repetitions: Repetitions;
  /** What the case works on: a base, or the snapshot to read from. */
  readonly snapshot?: BackupId;
  readonly profile?: boolean;
}

/** What is measured, each in a process of its own. */
export const cases = {
  ingest: (world, settings) => ingest(world, settings.repetitions, settings.profile === true),
  peer: (world, settings) => peer(world, settings.repetitions),
  'one-thread': (world, settings) => threads(world, 1, settings.repetitions),
  'two-threads': (world, settings) => threads(world, 2, settings.repetitions),
  'fold-uniform': (world, settings) => fold(world, snapshotIn(settings), 'day-1', settings.repetitions),
  'fold-confined': (world, settings) => fold(world, snapshotIn(settings), 'confined', settings.repetitions),
  duckdb: (world, settings) => duckdb(world, snapshotIn(settings), settings.repetitions),
  apply: (world, settings) => apply(world, snapshotIn(settings), settings.repetitions),
  chain: (world, settings) => chain(world, snapshotIn(settings), settings.repetitions.times),
  item: (world, settings) => item(world, snapshotIn(settings), settings.repetitions),
} satisfies Record<string, (world: World, settings: Settings) => Promise<object>>;

export type Cases = typeof cases;

function snapshotIn({ snapshot }: Settings): BackupId {
  if (snapshot === undefined) throw new BenchError('there is no snapshot to work on');
  return snapshot;
}
