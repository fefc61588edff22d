import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { nativeRestore, type RestoreAnswer, type RestoreCall } from '../native/native-restore.ts';
import { createDynamodbClient } from '../runtime/clients.ts';
import { createLambdaLog, type Log } from '../runtime/logger.ts';

/** The one function that may have DynamoDB restore a table. The API's function calls it. */
export const handler = restoreHandler(createDynamodbClient(), createLambdaLog('native-restore'));

/** The handler over a client. Logs one line per call: DynamoDB itself keeps only that this function asked. */
export function restoreHandler(
  dynamodb: DynamoDBClient,
  log: Log,
): (call: RestoreCall) => Promise<RestoreAnswer> {
  return async (call) => {
    const answer = await nativeRestore(dynamodb, call);
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
