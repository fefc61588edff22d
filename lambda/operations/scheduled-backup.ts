import type { BackupRecord } from '../model/records.ts';
import { createBackup } from './create-backup.ts';
import type { RequestServices } from '../services/operation-services.ts';

/** The backup of one table that a schedule requests. */
export interface ScheduledBackup {
  readonly schedule: string;
  readonly table: string;
  /** Days until the backup expires. Absent: the backup is kept until somebody deletes it. */
  readonly keepDays?: number;
  /** By default chosen by the execution. */
  readonly source?: 'native';
  /** The data sink to store it in. @default the default one */
  readonly sink?: string;
  /** The scheduled time, as text. A schedule delivers at least once; a second delivery has the same time. */
  readonly scheduledTime: string;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Creates the backup of one table that a schedule requests, once for each time. Throws as `createBackup` does. */
export function createScheduledBackup(
  services: RequestServices,
  { schedule, table, keepDays, source, sink, scheduledTime }: ScheduledBackup,
): Promise<BackupRecord> {
  return createBackup(services, {
    table,
    name: schedule,
    requestedBy: `schedule/${schedule}`,
    scheduled: true,
    requestKey: `schedule/${schedule}/${table}/${scheduledTime}`,
    ...(source !== undefined && { source }),
    ...(sink !== undefined && { sink }),
    ...(keepDays !== undefined && { expiresAt: services.clock.now() + keepDays * dayMs }),
  });
}
