import type { Operations } from '../../operations/operations.ts';
import type { WireRequest } from '../wire.ts';
import type { WireErrors } from './errors.ts';
import type { JsonObject } from './json.ts';
import type { Input, Members } from './members.ts';
import { read } from './read.ts';

/** One operation of the API, ready to be called with a parsed body. */
export interface Operation {
  /** What its request may hold; documents of the API are made of it. */
  readonly members: Members;
  /** The answer's members; dates are still `Date`. Throws `SerializationError` and `TidemarkError`. */
  call(operations: Operations, body: JsonObject, request: WireRequest): Promise<object>;
  /** Errors that this operation renders otherwise than the others. */
  readonly errors: WireErrors;
}

/** Makes an operation of the description of its request and of what it does with the decoded input. */
export function operation<const M extends Members>(description: {
  readonly members: M;
  readonly errors?: WireErrors;
  readonly run: (operations: Operations, input: Input<M>, request: WireRequest) => Promise<object>;
}): Operation {
  return {
    members: description.members,
    call: async (operations, body, request) =>
      description.run(operations, read(description.members, body), request),
    errors: description.errors ?? {},
  };
}

/** The value under its name, or nothing: an optional property is left out, never undefined. */
export function given<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V };
export function given(name: string, value: unknown): object {
  return value === undefined ? {} : { [name]: value };
}

/** SDKs send the same id with every attempt of one call; an empty one is none. */
export function requestKey({ headers }: WireRequest): { readonly requestKey?: string } {
  return given('requestKey', headers['amz-sdk-invocation-id'] || undefined);
}
