import type { Operations } from '../../operations/operations.ts';
import { reasonOf } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/logger.ts';
import type { WireRequest, WireResponse } from '../wire.ts';
import { apiOperations } from './api-operations.ts';
import { logAudit } from './audit.ts';
import { internalError, missingToken } from './error-names.ts';
import { type Refusal, renderError, unknownOperation } from './errors.ts';
import { type JsonObject, membersOf, parseBody } from './json.ts';
import { checkNamedTables } from './named-tables.ts';
import type { Operation } from './operation.ts';
import { findPlace, type Verb } from './paths.ts';
import { isReadable, respond, respondJson } from './respond.ts';

/*
 * DynamoDB's JSON protocol 1.0, from the request to the response:
 *
 *   headers -> operation -> path -> decoded input -> its tables -> `run`: a dialect-free operation -> answer -> 200
 *                                                                         any of these throws -> 400 or 500
 *
 * An operation's description (operations/) has everything specific to the operation; the rest is here and derives from the
 * list of descriptions.
 */

/** Answers requests for a list of operations. */
interface Dialect {
  /** Finds the name of the operation that a request calls; undefined if the dialect has no such operation. */
  readonly operationOf: (request: WireRequest) => string | undefined;
  /** The own verb of that operation. */
  readonly verbOf: (request: WireRequest) => Verb | undefined;
  /**
   * Answers one request. Never throws: an error that the caller can correct becomes a 400 with its reason; any other
   * becomes a 500, whose detail is logged and hidden from the caller. Logs one line for each request.
   */
  readonly handle: (operations: Operations, request: WireRequest, log: Log) => Promise<WireResponse>;
}

/** Returns the value of the header `X-Amz-Target` for an operation. */
export function targetOf({ name }: Pick<Operation, 'name'>): string {
  return `DynamoDB_20120810.${name}`;
}

export function createDialect(operations: readonly Operation[]): Dialect {
  // A Map, so that no target finds an inherited property.
  const targets = new Map(operations.map((operation) => [targetOf(operation), operation]));
  const find = ({ method, headers }: WireRequest) =>
    method === 'POST' ? targets.get(headers['x-amz-target'] ?? '') : undefined;
  return {
    operationOf: (request) => find(request)?.name,
    verbOf: (request) => find(request)?.verbs[0],
    handle: async (functions, request, log) => {
      const started = performance.now();
      const operation = find(request);
      const { response, input } = await answer(functions, operation, request, log);
      logAudit(log, { request, operation, input }, response, performance.now() - started);
      return response;
    },
  };
}

export const { operationOf, verbOf, handle } = createDialect(apiOperations);

/**
 * Answers a request, and returns its decoded input, if it could be decoded.
 *
 * The order of the checks before a request is decoded is that of the service (public probes of it): method and content
 * type, JSON, target, signature. Only then does the service reject an empty body.
 */
async function answer(
  operations: Operations,
  operation: Operation | undefined,
  request: WireRequest,
  log: Log,
): Promise<{ readonly response: WireResponse; readonly input?: JsonObject | undefined }> {
  if (request.method === 'GET') {
    const region = process.env['AWS_REGION'] ?? 'local';
    return { response: respond(200, 'text/plain', `healthy: dynamodb.${region}.amazonaws.com `) };
  }
  if (request.method !== 'POST' || !isReadable(request)) {
    return { response: respond(404, 'application/xml', '<UnknownOperationException/>\n') };
  }
  let body: JsonObject = {};
  let input: JsonObject | undefined;
  try {
    const sent = parseBody(request.body);
    if (operation === undefined) return { response: respondJson(request, 400, unknownOperation) };
    if (!request.signed) return { response: respondJson(request, 400, missingToken) };
    const place = findPlace(operation, request.path);
    body = membersOf(sent);
    input = operation.decode(body);
    if (place !== undefined) checkNamedTables(operation, input, place);
    return { response: respondJson(request, 200, await operation.call(operations, input, request)), input };
  } catch (error) {
    const refusal = renderError(error, body, operation?.errors ?? []);
    const response = respondRefusal(request, refusal);
    if (refusal?.isFault !== false) {
      log.error('request failed', {
        operation: operation?.name,
        requestId: response.headers['x-amzn-requestid'],
        ...detailOf(error),
      });
    }
    return { response, input };
  }
}

function respondRefusal(request: WireRequest, refusal: Refusal | undefined): WireResponse {
  return refusal === undefined
    ? respondJson(request, 500, internalError)
    : respondJson(request, 400, refusal.body);
}

function detailOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { reason: reasonOf(error) };
  return {
    reason: reasonOf(error),
    stack: error.stack,
    ...(error.cause !== undefined && { cause: reasonOf(error.cause) }),
  };
}
