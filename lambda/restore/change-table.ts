import {
  type DynamoDBClient,
  UpdateTableCommand,
  type UpdateTableCommandInput,
  UpdateTimeToLiveCommand,
  type UpdateTimeToLiveCommandInput,
} from '@aws-sdk/client-dynamodb';
import { isServiceError } from '../runtime/errors.ts';

/**
 * Begins to change the target. Nothing happens while DynamoDB takes no change: an account has so many tables being
 * changed at once (`LimitExceededException`), a table one change (`ResourceInUseException`). Both pass, also after longer
 * than a step is tried again for, and a loaded table is not to be given up for that: the caller looks at the table again.
 */
export async function updateTable(dynamodb: DynamoDBClient, update: UpdateTableCommandInput): Promise<void> {
  await unlessBusy(() => dynamodb.send(new UpdateTableCommand(update)));
}

/** The same of its time to live. */
export async function updateTimeToLive(
  dynamodb: DynamoDBClient,
  update: UpdateTimeToLiveCommandInput,
): Promise<void> {
  await unlessBusy(() => dynamodb.send(new UpdateTimeToLiveCommand(update)));
}

async function unlessBusy(send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (!isServiceError(error, 'LimitExceededException', 'ResourceInUseException')) throw error;
  }
}
