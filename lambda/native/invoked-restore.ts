import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { LambdaClient, LambdaClientConfig } from '@aws-sdk/client-lambda';
import { requireVariable } from '../runtime/required.ts';
import { nameUnreadableAnswers, outermost } from '../runtime/service-answers.ts';
import { environment } from '../runtime/environment.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { RestoreAnswer, RestoreCall } from './native-restore.ts';

/** Requests a restore from DynamoDB. Throws DynamoDB's errors under their names. */
export type NativeRestore = (call: RestoreCall) => Promise<TableDescription>;

/**
 * Makes restores go through the one function that has the rights for them. Its ARN is in the environment of the function
 * that may call it. A restore throws `Internal` if that function fails.
 */
export function createRestoreInvoker(env: NodeJS.ProcessEnv, config: LambdaClientConfig = {}): NativeRestore {
  let client: LambdaClient | undefined;
  return async (call) => {
    // Load this client only for a restore: loading it would slow down the first request of a function.
    const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
    if (client === undefined) {
      client = new LambdaClient(config);
      client.middlewareStack.add(nameUnreadableAnswers, outermost);
    }
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({
        FunctionName: requireVariable(env, environment.restoreFunction),
        Payload: JSON.stringify(call),
      }),
    );
    if (FunctionError !== undefined || Payload === undefined) {
      throw new TidemarkError(
        'Internal',
        `the function that has DynamoDB restore tables failed: ${FunctionError}`,
      );
    }
    const answer: RestoreAnswer = JSON.parse(Payload.transformToString(), reviveTime);
    if ('error' in answer) throw Object.assign(new Error(answer.error.message), { name: answer.error.name });
    return answer.table;
  };
}

/**
 * Turns the times in a table's description back into dates, because JSON writes a date as text. The names of all times
 * end like this.
 */
function reviveTime(name: string, value: unknown): unknown {
  return name.endsWith('DateTime') && typeof value === 'string' ? new Date(value) : value;
}
