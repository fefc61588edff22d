import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { LambdaClient, LambdaClientConfig } from '@aws-sdk/client-lambda';
import { requireVariable } from '../runtime/required.ts';
import { environment } from '../runtime/environment.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { RestoreAnswer, RestoreCall } from './native-restore.ts';

/** Throws DynamoDB's own refusal, as an error of its name. */
export type NativeRestore = (call: RestoreCall) => Promise<TableDescription>;

/**
 * The restore by the function that alone has the rights for it; its ARN is in the environment of the function that may
 * call it. Throws `Internal` if that function fails.
 */
export function invokedRestore(env: NodeJS.ProcessEnv, config: LambdaClientConfig = {}): NativeRestore {
  let client: LambdaClient | undefined;
  return async (call) => {
    // Loading this client would slow the first request of a function, which is seldom a restore.
    const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
    client ??= new LambdaClient(config);
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
    const answer: RestoreAnswer = JSON.parse(Payload.transformToString(), withTimes);
    if ('error' in answer) throw Object.assign(new Error(answer.error.message), { name: answer.error.name });
    return answer.table;
  };
}

/** JSON writes a time as text. All times of a table's description are named so. */
function withTimes(name: string, value: unknown): unknown {
  return name.endsWith('DateTime') && typeof value === 'string' ? new Date(value) : value;
}
