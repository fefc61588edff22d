import type { BackupRecord } from '../model/records.ts';
import { createBackup } from './create-backup.ts';
import type { RequestServices } from '../services/operation-services.ts';

/** One delivery of a schedule. */
export interface Delivery {
  readonly schedule: string;
  readonly table: string;
  /** Days that the backup is kept; absent: until it is deleted. */
  readonly keepDays?: number;
  /** Absent: what serves. */
  readonly source?: 'native';
  /** The time that the delivery is for: schedules deliver at least once, and a second delivery has the same. */
  readonly scheduledTime: string;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Makes the backup that a schedule asks for, once for each delivery. Throws as `createBackup` does. */
export function scheduledBackup(services: RequestServices, delivery: Delivery): Promise<BackupRecord> {
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
