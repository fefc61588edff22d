import type { APIGatewayProxyResult } from 'aws-lambda';
import { handle } from '../../dialects/dynamodb/dialect.ts';
import type { WireRequest } from '../../dialects/wire.ts';
import type { Operations } from '../../operations/operations.ts';
import { createLambdaLog, type Log } from '../../runtime/logger.ts';

/** The part of API Gateway's event that the handler reads. An emulator may leave out fields that API Gateway always sends. */
export interface ApiEvent {
  readonly httpMethod: string;
  /** The path of the request, without the stage. On a custom domain it begins with the base path of the domain. */
  readonly path: string;
  /** The form of the path that API Gateway found for the request, such as `/read/{table}`. */
  readonly resource?: string | undefined;
  /** The values of the path's parameters (the names in braces), decoded by API Gateway. */
  readonly pathParameters?: Readonly<Record<string, string | undefined>> | null | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | null | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
  readonly requestContext?:
    | {
        /** The path as requested, with the stage or with a custom domain's base path. */
        readonly path?: string;
        readonly identity?: { readonly userArn?: string | null };
      }
    | undefined;
}

/**
 * Creates a Lambda function of the REST API (proxy integration, payload 1.0), in DynamoDB's dialect. It creates its
 * operations at the first request and reuses them.
 */
export function createApiHandler(
  makeOperations: () => Operations,
  log: Log = createLambdaLog('dynamodb-api'),
): (event: ApiEvent) => Promise<APIGatewayProxyResult> {
  let operations: Operations | undefined;
  return async (event) => {
    operations ??= makeOperations();
    const response = await handle(operations, toWireRequest(event), log);
    return { statusCode: response.status, headers: { ...response.headers }, body: response.body };
  };
}

export function toWireRequest({
  httpMethod,
  headers,
  body,
  isBase64Encoded,
  requestContext,
  ...event
}: ApiEvent): WireRequest {
  const caller = requestContext?.identity?.userArn;
  return {
    method: httpMethod,
    path: findPath({ ...event, requestContext }),
    headers: Object.fromEntries(
      Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    body: isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? ''),
    // API Gateway passes on only requests that IAM has authorized.
    signed: true,
    ...(caller && { caller }),
  };
}

/** The prefixes that a stage or a custom domain may add to a path. */
const basePath = /^(?:\/\w[\w.$-]{0,200}){0,5}$/;

/**
 * Finds the path of the API that a request was sent to. IAM has checked the requested path, but API Gateway has decoded it
 * before it looked for a resource. So the path counts only if every copy of it in the event is spelled like the resource;
 * one slash may follow. Otherwise returns an empty text, which is not a path of the endpoint.
 */
function findPath({
  path,
  resource,
  pathParameters,
  requestContext,
}: Pick<ApiEvent, 'path' | 'resource' | 'pathParameters' | 'requestContext'>): string {
  if (resource === undefined || resource === '/') return resource ?? path;
  const plain = resource.replace(/\{(\w+)\}/g, (_, name: string) => pathParameters?.[name] ?? '');
  const isAsRequested = (requested: string) => {
    const end = [plain, `${plain}/`].find((each) => requested.endsWith(each));
    return end !== undefined && basePath.test(requested.slice(0, -end.length));
  };
  const written = [path, requestContext?.path ?? path];
  return written.every(isAsRequested) ? plain : '';
}
