import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { requestRestore, type RestoreAnswer, type RestoreCall } from '../native/native-restore.ts';
import { createDynamodbClient } from '../item/clients.ts';
import { createLambdaLog, type Log } from '../runtime/logger.ts';

/** The only Lambda function that may request restores from DynamoDB. The API's function invokes it. */
export const handler = createRestoreHandler(createDynamodbClient(), createLambdaLog('native-restore'));

/** Creates the handler. It logs one line per call: DynamoDB's own records show only that this function called. */
export function createRestoreHandler(
  dynamodb: DynamoDBClient,
  log: Log,
): (call: RestoreCall) => Promise<RestoreAnswer> {
  return async (call) => {
    const answer = await requestRestore(dynamodb, call);
    log.info('native restore requested', {
      operation: call.operation,
      source: sourceOf(call),
      target: call.input.TargetTableName,
      requestedBy: call.requestedBy,
      ...('error' in answer && { refused: answer.error.name }),
    });
    return answer;
  };
}

function sourceOf({ operation, input }: RestoreCall): string | undefined {
  return operation === 'RestoreTableFromBackup' ? input.BackupArn : input.SourceTableName;
}
