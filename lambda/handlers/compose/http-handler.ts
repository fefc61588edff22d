import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { HttpRequest, HttpResponse } from '../../dialects/http.ts';

/** The part of an event of an HTTP API (payload 2.0) that the handler reads. */
export type HttpEvent = Pick<
  APIGatewayProxyEventV2,
  'rawPath' | 'rawQueryString' | 'headers' | 'body' | 'isBase64Encoded'
> & {
  readonly requestContext: {
    readonly domainName: string;
    readonly http: { readonly method: string };
  };
};

/** Creates a Lambda function of an HTTP API. `createAnswer` is called at the first request; its result answers all requests. */
export function createHttpHandler(
  createAnswer: () => (request: HttpRequest) => Promise<HttpResponse>,
): (event: HttpEvent) => Promise<APIGatewayProxyStructuredResultV2> {
  let answer: ReturnType<typeof createAnswer> | undefined;
  return async (event) => {
    answer ??= createAnswer();
    const { status, headers, body } = await answer(toHttpRequest(event));
    return typeof body === 'string'
      ? { statusCode: status, headers: { ...headers }, body }
      : {
          statusCode: status,
          headers: { ...headers },
          body: Buffer.from(body).toString('base64'),
          isBase64Encoded: true,
        };
  };
}

function toHttpRequest({
  rawPath,
  rawQueryString,
  headers,
  body = '',
  isBase64Encoded,
  requestContext,
}: HttpEvent): HttpRequest {
  return {
    method: requestContext.http.method,
    path: rawPath,
    query: rawQueryString,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
    address: requestContext.domainName,
    isSecure: true,
  };
}
