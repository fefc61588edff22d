import type { LambdaClient, LambdaClientConfig } from '@aws-sdk/client-lambda';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { functionOf } from '../../dialects/dynamodb/paths.ts';
import { verbOf } from '../../dialects/dynamodb/dialect.ts';
import { nameFunctionVariable } from '../../runtime/environment.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import { requireVariable } from '../../runtime/required.ts';
import { type ApiEvent, toWireRequest } from './api-handler.ts';

/**
 * Creates the Lambda function of the path `/`. It passes each event to the function of the operation's own verb, with the
 * caller in it, and returns that function's answer. So no function has the rights of all verbs. A request that names no
 * operation goes to the function that only reads, which answers with the error. Throws `Internal` if the called function
 * fails.
 */
export function createDispatcher(
  env: NodeJS.ProcessEnv,
  config: LambdaClientConfig = {},
): (event: ApiEvent) => Promise<APIGatewayProxyResult> {
  let client: LambdaClient | undefined;
  return async (event) => {
    const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
    client ??= new LambdaClient(config);
    const name = functionOf[verbOf(toWireRequest(event)) ?? 'read'];
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({
        FunctionName: requireVariable(env, nameFunctionVariable(name)),
        Payload: JSON.stringify(event),
      }),
    );
    if (FunctionError !== undefined || Payload === undefined) {
      throw new TidemarkError('Internal', `the function of the verb ${name} failed: ${FunctionError}`);
    }
    return JSON.parse(Payload.transformToString()) as APIGatewayProxyResult;
  };
}
