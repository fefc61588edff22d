import type { Clock } from '../../runtime/clock.ts';
import type { Operations } from '../../operations/operations.ts';
import type { AccessKey, KeyVerb } from '../access-keys.ts';
import type { HttpRequest } from '../http.ts';
import type { Fields, RecordValue } from './avro.ts';
import { readRequest } from './read-request.ts';

/** The context of an endpoint, in addition to its request. */
export interface EndpointContext {
  readonly operations: Operations;
  readonly key: AccessKey;
  readonly clock: Clock;
  /** When the answer must be sent, epoch ms, even if the work is not done. */
  readonly until: number;
  /** The URL by which the caller reached this server, with its prefix: the part before the endpoint's path. */
  readonly baseUrl: string;
}

/** One endpoint, described once: its records, the verb that a key needs for it, and its effect. */
export interface Endpoint {
  readonly path: string;
  /** The verb that a key needs. `any`: clients with any key call it when they connect. */
  readonly verb: KeyVerb | 'any';
  /** The purpose of the endpoint, in one sentence. */
  readonly text: string;
  /** The fields of the request, in Avro's order. */
  readonly request: Fields;
  /** The fields of the response, in Avro's order. */
  readonly response: Fields;
  /** Decodes the request and runs the endpoint. Returns the response's record. Throws `KineticaError` and `TidemarkError`. */
  call(context: EndpointContext, request: HttpRequest): Promise<object>;
}

interface Description<Q extends Fields, R extends Fields> extends Omit<Endpoint, 'call'> {
  readonly request: Q;
  readonly response: R;
  run(context: EndpointContext, request: RecordValue<Q>): Promise<RecordValue<R>>;
}

/** Creates an endpoint from its description. */
export function createEndpoint<const Q extends Fields, const R extends Fields>(
  description: Description<Q, R>,
): Endpoint {
  const { path, verb, text, request, response } = description;
  return {
    path,
    verb,
    text,
    request,
    response,
    call: async (context, sent) => description.run(context, readRequest(sent, request)),
  };
}

export const textMap = { map: 'string' } as const;
