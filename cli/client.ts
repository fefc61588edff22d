import { setTimeout } from 'node:timers/promises';
import type { OperationName, ReceivedAnswer } from '../lambda/dialects/dynamodb/api-operations.ts';
import { parseJson } from '../lambda/item/parse-json.ts';
import type { Endpoint } from './endpoint.ts';
import { type Headers, type Sign, signer } from './signer.ts';
import { Trouble, troubleOf } from './trouble.ts';

/** Calls one operation of the endpoint. Throws `Trouble`. */
export type Call = <N extends OperationName>(operation: N, input: object) => Promise<ReceivedAnswer<N>>;

/** The operations whose answers come in pages. */
type PagedOperation = {
  [N in OperationName]: 'NextToken' extends keyof ReceivedAnswer<N> ? N : never;
}[OperationName];

/** Pauses in milliseconds before a call is tried again, if that may help; each is cut by up to a half. */
const pauses = [100, 400, 1600, 3200];

/** API Gateway gives up after 29 seconds. */
const patienceMs = 60_000;

/** What came of one attempt: the answer, or what is wrong and whether another attempt may help. */
type Attempt = { readonly answer: unknown } | { readonly trouble: Trouble; readonly again: boolean };

/** A client of DynamoDB's JSON protocol. What it calls only reads, so that every call may be repeated. */
export function client(endpoint: Endpoint): Call {
  let signing: Promise<Sign> | undefined;
  return async <N extends OperationName>(operation: N, input: object) => {
    const sign = await (signing ??= signer(endpoint));
    const body = JSON.stringify(input);
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    for (const pause of [...pauses, undefined]) {
      const attempt = await send(endpoint, await sign(headers, body), body);
      if ('answer' in attempt) return attempt.answer as ReceivedAnswer<N>;
      if (pause === undefined || !attempt.again) throw attempt.trouble;
      await setTimeout(pause * (1 - Math.random() / 2));
    }
    throw new TypeError('the last attempt returns or throws');
  };
}

/** The pages of an operation that may need several calls. */
export async function* pages<N extends PagedOperation>(
  call: Call,
  operation: N,
  input: object,
): AsyncGenerator<ReceivedAnswer<N>> {
  let next: string | undefined;
  do {
    const page = await call(operation, { ...input, NextToken: next });
    yield page;
    next = (page as { readonly NextToken?: string | undefined }).NextToken;
  } while (next !== undefined);
}

async function send(endpoint: Endpoint, headers: Headers, body: string): Promise<Attempt> {
  try {
    const response = await fetch(endpoint.url, {
      method: 'POST',
      headers,
      body,
      // A signature is for one host.
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    });
    return read(response, await response.text(), endpoint);
  } catch (error) {
    return unreachable(error, endpoint);
  }
}

function read({ status, headers }: Response, text: string, { name: url }: Endpoint): Attempt {
  const answer = parsed(text);
  if (status === 200 && answer !== undefined) return { answer };
  const type = textIn(answer, '__type') ?? headers.get('x-amzn-errortype') ?? '';
  // As in `com.amazonaws.dynamodb.v20120810#LimitExceededException`; a header may go on after a colon.
  const name = type.replace(/^.*#|:.*$/g, '') || `HTTP ${status}`;
  const failure = { name, status, message: textIn(answer, 'message') ?? textIn(answer, 'Message') ?? '' };
  const again = status >= 500 || status === 429 || /Throttl|RequestLimitExceeded|TooManyRequests/.test(name);
  return { trouble: troubleOf(failure, url), again };
}

function textIn(answer: Readonly<Record<string, unknown>> | undefined, member: string): string | undefined {
  const value = answer?.[member];
  return typeof value === 'string' ? value : undefined;
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseJson(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function unreachable(error: unknown, { name: url }: Endpoint): Attempt {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND') {
    const message = `no Tidemark answers at ${url}: start one with \`npm start\`, or set --endpoint-url`;
    return { trouble: new Trouble(message, undefined, { cause: error }), again: false };
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return { trouble: new Trouble(`no answer of ${url}: ${reason}`, 'try again'), again: true };
}
