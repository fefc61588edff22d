import type { APIGatewayProxyResult } from 'aws-lambda';
import { handle, operationOf } from '../dialects/dynamodb/dialect.ts';
import type { WireRequest } from '../dialects/wire.ts';
import type { Operations } from '../operations/operations.ts';
import { createLambdaLog, type Log } from '../runtime/logger.ts';
import { requestOperations } from './compose/request-operations.ts';

/** What is read of API Gateway's event. Fields that it always sends may be missing where it is emulated. */
export interface ApiEvent {
  readonly httpMethod: string;
  readonly path: string;
  /** The path of the API that was matched: without the stage, and without what a domain of one's own puts before it. */
  readonly resource?: string | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | null | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
  readonly requestContext?: { readonly identity?: { readonly userArn?: string | null } } | undefined;
}

/** The function behind the REST API (proxy integration, payload 1.0) that speaks DynamoDB's dialect. */
export const handler = apiHandler(() => requestOperations(process.env));

/** The handler over operations that are made at the first request and kept. Logs one line per invocation. */
export function apiHandler(
  makeOperations: () => Operations,
  log: Log = createLambdaLog('dynamodb-api'),
): (event: ApiEvent) => Promise<APIGatewayProxyResult> {
  let operations: Operations | undefined;
  return async (event) => {
    const started = performance.now();
    const request = wireRequest(event);
    operations ??= makeOperations();
    const response = await handle(operations, request, log);
    log.info('request', {
      operation: operationOf(request),
      status: response.status,
      caller: request.caller,
      milliseconds: Math.round(performance.now() - started),
    });
    return { statusCode: response.status, headers: { ...response.headers }, body: response.body };
  };
}

function wireRequest({
  httpMethod,
  path,
  resource = path,
  headers,
  body,
  isBase64Encoded,
  requestContext,
}: ApiEvent): WireRequest {
  const caller = requestContext?.identity?.userArn;
  return {
    method: httpMethod,
    // SDKs differ in whether they end a stage's path with a slash.
    path: resource.replace(/\/+$/, '') || '/',
    headers: Object.fromEntries(
      Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    body: isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? ''),
    // API Gateway hands over only what IAM has let pass.
    signed: true,
    ...(caller && { caller }),
  };
}
