import type { Backups } from '../catalog/backups.ts';
import type { Restores } from '../catalog/restores.ts';
import type { Snapshots } from '../catalog/snapshots.ts';
import type { Turns } from '../catalog/turns.ts';
import type { Services } from '../services/services.ts';

/** The services that a sweep and its plan use. */
export interface SweepServices extends Pick<Services, 'store' | 'clock' | 'config' | 'log' | 'ids'> {
  readonly catalog: {
    readonly backups: Pick<Backups, 'findDeleted'>;
    readonly turns: Pick<Turns, 'listTables'>;
    readonly snapshots: Pick<Snapshots, 'takeCensus' | 'kill' | 'forget' | 'forgetFolder'>;
    readonly restores: Pick<Restores, 'listRunning'>;
  };
}
