import { type Delivery, runSchedule } from '../operations/run-schedule.ts';
import type { RequestServices } from '../services/operation-services.ts';
import { createRequestServices } from './compose/request-operations.ts';

let services: RequestServices | undefined;

/**
 * Handles a delivery of EventBridge Scheduler, which invokes the function asynchronously: if it throws, Lambda invokes it
 * twice more, then sends the delivery to the queue of failed ones.
 */
export async function handler(delivery: Delivery): Promise<{ tables: number }> {
  services ??= createRequestServices(process.env);
  const { tables } = await runSchedule(services, delivery);
  services.log.info('scheduled backups requested', { schedule: delivery.schedule, tables });
  return { tables };
}
