import {
  UpdateTableCommand,
  type UpdateTableCommandInput,
  UpdateTimeToLiveCommand,
  type UpdateTimeToLiveCommandInput,
} from '@aws-sdk/client-dynamodb';
import { isServiceError, reasonOf } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { isQuota } from '../runtime/throttling.ts';

type ChangeServices = Pick<Services, 'dynamodb' | 'log'>;

/**
 * Begins to change the target. Does nothing while DynamoDB accepts no change: it limits how many tables of an account
 * change at once (`LimitExceededException`) and allows one change of a table at a time (`ResourceInUseException`). Both
 * conditions are temporary but can last longer than a step's retries, and a loaded table must not be abandoned because
 * of them: the caller describes the table again later. Throws when a quota is exceeded, such as the account's
 * throughput.
 */
export async function updateTable(services: ChangeServices, update: UpdateTableCommandInput): Promise<void> {
  await sendUnlessBusy(services, () => services.dynamodb.send(new UpdateTableCommand(update)));
}

/** Begins to change the target's time to live, under the same rules as `updateTable`. */
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
    log.warn('the table accepts no change now', { reason: reasonOf(error) });
  }
}
