import type { Backups } from '../catalog/backups.ts';
import type { Restores } from '../catalog/restores.ts';
import type { Snapshots } from '../catalog/snapshots.ts';
import type { Turns } from '../catalog/turns.ts';
import type { Services } from '../services/services.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** The services that a sweep and its plan use. */
export interface SweepServices extends Pick<
  Services,
  'store' | 'sinks' | 'clock' | 'config' | 'log' | 'ids'
> {
  readonly catalog: {
    readonly backups: Pick<Backups, 'findDeleted'>;
    readonly turns: Pick<Turns, 'listTables'>;
    readonly snapshots: Pick<Snapshots, 'takeCensus' | 'kill' | 'forget' | 'forgetFolder'>;
    readonly restores: Pick<Restores, 'listRunning'>;
  };
}

/** Finds the store of a data sink, by default the deployment's own. */
export function storeOf({ store, sinks }: SweepServices, sink: string | undefined): ObjectStore {
  return sink === undefined ? store : sinks.openStore(sink);
}
