import type { BackupRecord } from '../model/records.ts';
import { createBackup } from './create-backup.ts';
import type { RequestServices } from '../services/operation-services.ts';

/** One delivery of a schedule. */
export interface Delivery {
  readonly schedule: string;
  readonly table: string;
  /** Days until the backup expires; absent: it is kept until it is deleted. */
  readonly keepDays?: number;
  /** By default chosen by the execution. */
  readonly source?: 'native';
  /** The time that the delivery is for. Schedules deliver at least once; a second delivery has the same time. */
  readonly scheduledTime: string;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Creates the backup that a schedule requests, once for each delivery. Throws as `createBackup` does. */
export function createScheduledBackup(services: RequestServices, delivery: Delivery): Promise<BackupRecord> {
  const { schedule, table, keepDays, source, scheduledTime } = delivery;
  return createBackup(services, {
    table,
    name: schedule,
    requestedBy: `schedule/${schedule}`,
    requestKey: `schedule/${schedule}/${table}/${scheduledTime}`,
    ...(source !== undefined && { source }),
    ...(keepDays !== undefined && { expiresAt: services.clock.now() + keepDays * dayMs }),
  });
}
