import { type Delivery, scheduledBackup } from '../operations/scheduled-backup.ts';
import type { RequestServices } from '../services/operation-services.ts';
import { requestServices } from './compose/request-operations.ts';

let services: RequestServices | undefined;

/** A delivery of EventBridge Scheduler; what it throws is delivered again by the schedule's retry policy. */
export async function handler(delivery: Delivery): Promise<{ backupArn: string }> {
  services ??= requestServices(process.env);
  const { arn } = await scheduledBackup(services, delivery);
  services.log.info('scheduled backup requested', { schedule: delivery.schedule, backupArn: arn });
  return { backupArn: arn };
}
