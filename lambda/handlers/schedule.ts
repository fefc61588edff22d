import { type Delivery, createScheduledBackup } from '../operations/scheduled-backup.ts';
import type { RequestServices } from '../services/operation-services.ts';
import { createRequestServices } from './compose/request-operations.ts';

let services: RequestServices | undefined;

/** Handles a delivery of EventBridge Scheduler. If it throws, the schedule's retry policy delivers again. */
export async function handler(delivery: Delivery): Promise<{ backupArn: string }> {
  services ??= createRequestServices(process.env);
  const { arn } = await createScheduledBackup(services, delivery);
  services.log.info('scheduled backup requested', { schedule: delivery.schedule, backupArn: arn });
  return { backupArn: arn };
}
