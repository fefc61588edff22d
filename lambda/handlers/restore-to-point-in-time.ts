import { type RestoreAnswer, type RestoreCall, restoreToPointInTime } from '../continuous/native-restore.ts';
import { dynamodbClient } from '../runtime/clients.ts';
import { lambdaLog } from '../runtime/logger.ts';

const dynamodb = dynamodbClient();
const log = lambdaLog('restore-to-point-in-time');

/** The one function that may have DynamoDB restore a table. The API's function calls it. */
export async function handler(call: RestoreCall): Promise<RestoreAnswer> {
  const answer = await restoreToPointInTime(dynamodb, call);
  log.info('restore to a point in time requested', {
    source: call.SourceTableName,
    target: call.TargetTableName,
    ...('error' in answer && { refused: answer.error.name }),
  });
  return answer;
}
