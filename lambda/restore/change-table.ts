import {
  UpdateTableCommand,
  type UpdateTableCommandInput,
  UpdateTimeToLiveCommand,
  type UpdateTimeToLiveCommandInput,
} from '@aws-sdk/client-dynamodb';
import { isServiceError, reasonOf } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { isQuota } from '../runtime/throttling.ts';

/** What changing the target takes. */
type ChangeServices = Pick<Services, 'dynamodb' | 'log'>;

/**
 * Begins to change the target. Nothing happens while DynamoDB takes no change: an account has so many tables being
 * changed at once (`LimitExceededException`), a table one change (`ResourceInUseException`). Both pass, also after longer
 * than a step is tried again for, and a loaded table is not to be given up for that: the caller looks at the table again. A
 * quota, like the throughput of an account, is thrown.
 */
export async function updateTable(services: ChangeServices, update: UpdateTableCommandInput): Promise<void> {
  await sendUnlessBusy(services, () => services.dynamodb.send(new UpdateTableCommand(update)));
}

/** The same of its time to live. */
export async function updateTimeToLive(
  services: ChangeServices,
  update: UpdateTimeToLiveCommandInput,
): Promise<void> {
  await sendUnlessBusy(services, () => services.dynamodb.send(new UpdateTimeToLiveCommand(update)));
}

async function sendUnlessBusy({ log }: ChangeServices, send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (!isServiceError(error, 'LimitExceededException', 'ResourceInUseException') || isQuota(error))
      throw error;
    log.warn('the table takes no change now', { reason: reasonOf(error) });
  }
}
