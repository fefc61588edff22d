import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import {
  apiOperations,
  type OperationName,
  type ReceivedAnswer,
} from '../lambda/dialects/dynamodb/api-operations.ts';
import type { JsonObject } from '../lambda/dialects/dynamodb/json.ts';
import { choosePath } from '../lambda/dialects/dynamodb/named-tables.ts';
import { parseJson } from '../lambda/item/parse-json.ts';
import type { Endpoint } from './endpoint.ts';
import { type Headers, type Sign, createSigner } from './signer.ts';
import { CommandError, toCommandError } from './errors.ts';

/** Calls one operation of the endpoint. Throws `CommandError`. */
export type Call = <N extends OperationName>(operation: N, input: object) => Promise<ReceivedAnswer<N>>;

/** The operations whose answers come in pages. */
type PagedOperation = {
  [N in OperationName]: 'NextToken' extends keyof ReceivedAnswer<N> ? N : never;
}[OperationName];

/** Pauses before the retries of a call, in ms. Each is shortened at random by up to half. */
const pausesMs = [100, 400, 1600, 3200];

/** How long a call waits for its answer. API Gateway gives up after 29 seconds. */
const timeoutMs = 60_000;

/** The outcome of one attempt: the answer, or the error and whether another attempt may succeed. */
type Attempt = { readonly answer: unknown } | { readonly error: CommandError; readonly isRetryable: boolean };

/** Creates a client of DynamoDB's JSON protocol. It retries calls, each with one id, by which the endpoint recognizes repeats. */
export function createClient(endpoint: Endpoint): Call {
  let signing: Promise<Sign> | undefined;
  return async <N extends OperationName>(operation: N, input: object) => {
    const sign = await (signing ??= createSigner(endpoint));
    const url = urlOf(endpoint, operation, { ...input });
    const body = JSON.stringify(input);
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'amz-sdk-invocation-id': randomUUID(),
    };
    for (const pause of [...pausesMs, undefined]) {
      const attempt = await send(endpoint, url, await sign(url, headers, body), body);
      if ('answer' in attempt) return attempt.answer as ReceivedAnswer<N>;
      if (pause === undefined || !attempt.isRetryable) throw attempt.error;
      await setTimeout(pause * (1 - Math.random() / 2));
    }
    throw new TypeError('the last attempt returns or throws');
  };
}

/** Calls an operation until it answers no `NextToken`. Yields each answer. Throws if a page continues at itself. */
export async function* readPages<N extends PagedOperation>(
  call: Call,
  operation: N,
  input: object,
): AsyncGenerator<ReceivedAnswer<N>> {
  let next: string | undefined;
  do {
    const token = next;
    const page = await call(operation, { ...input, NextToken: token });
    yield page;
    next = (page as { readonly NextToken?: string | undefined }).NextToken;
    if (next !== undefined && next === token)
      throw new CommandError(`the pages of ${operation} repeat without end`, 'report it: this is a bug');
  } while (next !== undefined);
}

/** Builds the URL of the narrowest path for a call, so that a caller needs rights to its own tables only. */
function urlOf({ url }: Endpoint, operation: OperationName, input: JsonObject): URL {
  const description = apiOperations.find(({ name }) => name === operation);
  if (description === undefined) throw new TypeError(`there is no operation ${operation}`);
  const path = choosePath(description, input);
  return path === '/' ? url : new URL(`${url.pathname.replace(/\/$/, '')}${path}`, url);
}

async function send(endpoint: Endpoint, url: URL, headers: Headers, body: string): Promise<Attempt> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      // A signature is valid for one host only.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return toAttempt(response, await response.text(), endpoint);
  } catch (error) {
    return toFailedAttempt(error, endpoint);
  }
}

function toAttempt({ status, headers }: Response, text: string, { name: url }: Endpoint): Attempt {
  const answer = parseObject(text);
  if (status === 200 && answer !== undefined) return { answer };
  const type = readText(answer, '__type') ?? headers.get('x-amzn-errortype') ?? '';
  // For example `com.amazonaws.dynamodb.v20120810#LimitExceededException`. In a header, a URL may follow a colon.
  // A long text with many lines and colons would take quadratic time.
  const name = type.slice(0, 300).replace(/^.*#|:.*$/g, '') || `HTTP ${status}`;
  const error = { name, status, message: readText(answer, 'message') ?? readText(answer, 'Message') ?? '' };
  const isRetryable =
    status >= 500 || status === 429 || /Throttl|RequestLimitExceeded|TooManyRequests/.test(name);
  return { error: toCommandError(error, url), isRetryable };
}

/** Reads the member of the answer. Returns undefined unless it is text. */
function readText(answer: Readonly<Record<string, unknown>> | undefined, member: string): string | undefined {
  const value = answer?.[member];
  return typeof value === 'string' ? value : undefined;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseJson(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The endpoint did not answer. */
function toFailedAttempt(error: unknown, { name: url }: Endpoint): Attempt {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND') {
    const message = `no Tidemark answers at ${url}: start one with \`npm start\`, or set --endpoint-url`;
    return { error: new CommandError(message, undefined, { cause: error }), isRetryable: false };
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return { error: new CommandError(`${url} did not answer: ${reason}`, 'try again'), isRetryable: true };
}
