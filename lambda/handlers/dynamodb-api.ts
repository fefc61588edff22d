import type { APIGatewayProxyResult } from 'aws-lambda';
import { handle, operationOf } from '../dialects/dynamodb/dialect.ts';
import type { WireRequest } from '../dialects/wire.ts';
import type { Operations } from '../operations/operations.ts';
import { dropTrailing } from '../runtime/drop-trailing.ts';
import { createLambdaLog, type Log } from '../runtime/logger.ts';
import { createRequestOperations } from './compose/request-operations.ts';

/** The part of API Gateway's event that the handler reads. An emulator may leave out fields that API Gateway always sends. */
export interface ApiEvent {
  readonly httpMethod: string;
  readonly path: string;
  /** The path of the API that the request matched: without the stage and without a custom domain's base path. */
  readonly resource?: string | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | null | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
  readonly requestContext?: { readonly identity?: { readonly userArn?: string | null } } | undefined;
}

/** The Lambda function of the REST API (proxy integration, payload 1.0), in DynamoDB's dialect. */
export const handler = createApiHandler(() => createRequestOperations(process.env));

/**
 * Creates the handler. It creates its operations at the first request, keeps them, and logs one line per invocation.
 */
export function createApiHandler(
  makeOperations: () => Operations,
  log: Log = createLambdaLog('dynamodb-api'),
): (event: ApiEvent) => Promise<APIGatewayProxyResult> {
  let operations: Operations | undefined;
  return async (event) => {
    const started = performance.now();
    const request = toWireRequest(event);
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

function toWireRequest({
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
    // Some SDKs end a stage's path with a slash, some do not.
    path: dropTrailing(resource, '/') || '/',
    headers: Object.fromEntries(
      Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    body: isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? ''),
    // API Gateway passes on only requests that IAM has authorized.
    signed: true,
    ...(caller && { caller }),
  };
}
