import type { Operations } from '../../operations/operations.ts';
import { reasonOf } from '../../runtime/errors.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/logger.ts';
import type { LoadKeys } from '../access-keys.ts';
import type { HttpRequest, HttpResponse } from '../http.ts';
import type { RecordValue } from './avro.ts';
import { auditMessage } from '../audit-message.ts';
import { findKey } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { toKineticaError } from './errors.ts';
import { KineticaError } from './kinetica-error.ts';
import { encodingOf, renderFailure, renderResult } from './wrapper.ts';

/*
 * Kinetica's API 7.2, in JSON and in Avro binary:
 *
 *   credentials -> key -> endpoint -> its verb allowed -> decoded record -> `run`: dialect-free operations -> record
 *                                                      any of these throws -> an error, wrapped and encoded the same way
 *
 * An endpoint's description (endpoints/) has everything specific to the endpoint.
 */

export interface KineticaServices {
  readonly operations: Operations;
  readonly keys: LoadKeys;
  readonly clock: Clock;
  readonly log: Log;
  /** How long an endpoint may take, in ms. Work that takes longer continues, and the answer says how to follow it. */
  readonly waitMs: number;
}

/** The facts about a request for its line in the log. */
interface Facts {
  caller?: string;
  operation?: string;
  verb?: string;
}

/** Answers one request and logs one line. Never throws, and never answers without the wrapper that clients expect. */
export async function handleKinetica(
  services: KineticaServices,
  request: HttpRequest,
): Promise<HttpResponse> {
  const started = performance.now();
  const until = services.clock.now() + services.waitMs;
  const encoding = encodingOf(request);
  const facts: Facts = {};
  const finish = (response: HttpResponse): HttpResponse => {
    const milliseconds = performance.now() - started;
    const { status } = response;
    const outcome = status === 200 ? 'done' : `HTTP ${status}`;
    services.log.info(auditMessage, { ...facts, outcome, status, milliseconds: Math.round(milliseconds) });
    const seconds = (milliseconds / 1000).toFixed(5);
    return { ...response, headers: { ...response.headers, 'x-request-time-secs': seconds } };
  };
  try {
    const key = await findKey(services.keys, request);
    facts.caller = key.id;
    const endpoint = findEndpoint(request);
    Object.assign(facts, { operation: endpoint.path, verb: endpoint.verb });
    if (endpoint.verb !== 'any' && !key.verbs.includes(endpoint.verb)) {
      throw new KineticaError(`Access denied: the user may not ${endpoint.verb}`, 400);
    }
    const { operations, clock } = services;
    const context = { operations, key, clock, until, baseUrl: baseUrlOf(request, endpoint) };
    const result = await endpoint.call(context, request);
    return finish(
      renderResult(encoding, endpoint.path, endpoint.response, result as RecordValue<Endpoint['response']>),
    );
  } catch (error) {
    const { status, message } = toKineticaError(error);
    if (status >= 500) {
      const stack = error instanceof Error ? error.stack : undefined;
      services.log.error('request failed', { ...facts, reason: reasonOf(error), stack });
    }
    return finish(renderFailure(encoding, status, message));
  }
}

/** Finds the endpoint at the end of the path, which may begin with a prefix. */
function findEndpoint({ method, path }: HttpRequest): Endpoint {
  const found = endpoints.find((each) => path.endsWith(each.path));
  if (found === undefined)
    throw new KineticaError('There is no such endpoint: check the path of the request', 404);
  if (method !== 'POST') throw new KineticaError('An endpoint takes POST requests only');
  return found;
}

/** Returns the URL by which the caller knows this server: the part before the endpoint's path. */
function baseUrlOf({ path, headers, address, isSecure }: HttpRequest, endpoint: Endpoint): string {
  const host = headers['host'] || address;
  return `${isSecure ? 'https' : 'http'}://${host}${path.slice(0, -endpoint.path.length)}`;
}
