import type { Operations } from '../../operations/operations.ts';
import type { WireRequest } from '../wire.ts';
import type { OperationError } from './errors.ts';
import type { JsonObject } from './json.ts';
import type { Answer, Input, Members } from './members.ts';
import type { RestrictedPath } from './paths.ts';
import { read } from './read.ts';

/**
 * One operation of the API, described once. Routes, paths, checks of requests, rendered errors, the documents of the API
 * and the types of the command line derive from it.
 */
export interface Operation<N extends string = string, R extends object = object> {
  readonly name: N;
  /** What it does, for the API documents. */
  readonly text: string;
  /** The paths that serve it in addition to `/`. */
  readonly paths: readonly RestrictedPath[];
  /** What its request may hold. */
  readonly members: Members;
  /** What its answer holds if the answer is Tidemark's own; DynamoDB's own service model describes the others. */
  readonly answer: Members | undefined;
  /** The errors that it may answer in addition to those of every operation. */
  readonly errors: readonly OperationError[];
  /** A valid request, for the API documents and for tests of every operation. */
  readonly example: object;
  /**
   * Decodes a request's body and runs the operation. Returns the answer's members, with dates still as `Date`. Throws
   * `SerializationError` and `TidemarkError`.
   */
  call(operations: Operations, body: JsonObject, request: WireRequest): Promise<R>;
}

interface Description<N extends string, M extends Members, A extends Members | undefined, R extends object>
  extends Pick<Operation<N>, 'name' | 'text'>, Partial<Pick<Operation, 'paths' | 'errors'>> {
  readonly members: M;
  readonly answer?: A;
  readonly example: { readonly [K in keyof M]?: unknown };
  run(operations: Operations, input: Input<M>, request: WireRequest): Promise<R>;
}

/** Makes an operation of its description. */
export function operation<
  const N extends string,
  const M extends Members,
  R extends (A extends Members ? Answer<A> : object),
  const A extends Members | undefined = undefined,
>(description: Description<N, M, A, R>): Operation<N, R> {
  const { name, text, paths = [], members, answer, errors = [], example } = description;
  return {
    name,
    text,
    paths,
    members,
    answer,
    errors,
    example,
    call: async (operations, body, request) => description.run(operations, read(members, body), request),
  };
}

/**
 * Returns an object with the value under its name, or an empty object if it is undefined: optional properties are
 * omitted, never undefined.
 */
export function whenDefined<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V };
export function whenDefined(name: string, value: unknown): object {
  return value === undefined ? {} : { [name]: value };
}

/**
 * The key by which repeats of a request are recognized: SDKs send the same id with all attempts of a call. An empty id
 * counts as no id.
 */
export function requestKey({ headers }: WireRequest): { readonly requestKey?: string } {
  return whenDefined('requestKey', headers['amz-sdk-invocation-id'] || undefined);
}
