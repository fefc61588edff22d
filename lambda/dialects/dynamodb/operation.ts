import type { Operations } from '../../operations/operations.ts';
import type { WireRequest } from '../wire.ts';
import type { OperationError } from './errors.ts';
import type { JsonObject } from './json.ts';
import type { Answer, Input, Members } from './members.ts';
import type { Verb } from './paths.ts';
import { read } from './read.ts';

/**
 * One operation of the API, described once. Routes, paths, checks of requests, rendered errors, the documents of the API
 * and the types of the command line derive from it.
 */
export interface Operation<N extends string = string, R extends object = object> {
  readonly name: N;
  /** The purpose of the operation, for the API documents. */
  readonly text: string;
  /** Its own verb, then the other verbs whose paths offer it too. The path `/` offers every operation. */
  readonly verbs: readonly [Verb, ...Verb[]];
  /** The members that a request may have only at the path of another verb, and at `/`. */
  readonly reserved: Readonly<Record<string, Verb>>;
  /** The members of its request. */
  readonly members: Members;
  /** The members of its answer, if Tidemark defines it; DynamoDB's own service model describes the others. */
  readonly answer: Members | undefined;
  /** The errors of the operation in addition to those of every operation. */
  readonly errors: readonly OperationError[];
  /** A valid request, for the API documents and for tests of every operation. */
  readonly example: object;
  /** Decodes a request's body. Throws `SerializationError` and `Validation`. */
  decode(body: JsonObject): JsonObject;
  /**
   * Runs the operation with its decoded input. Returns the answer's members, with dates still as `Date`. Throws
   * `TidemarkError`.
   */
  call(operations: Operations, input: JsonObject, request: WireRequest): Promise<R>;
}

interface Description<N extends string, M extends Members, A extends Members | undefined, R extends object>
  extends Pick<Operation<N>, 'name' | 'text' | 'verbs'>, Partial<Pick<Operation, 'reserved' | 'errors'>> {
  readonly members: M;
  readonly answer?: A;
  readonly example: { readonly [K in keyof M]?: unknown };
  run(operations: Operations, input: Input<M>, request: WireRequest): Promise<R>;
}

/** Creates an operation from its description. */
export function createOperation<
  const N extends string,
  const M extends Members,
  R extends (A extends Members ? Answer<A> : object),
  const A extends Members | undefined = undefined,
>(description: Description<N, M, A, R>): Operation<N, R> {
  const { name, text, verbs, reserved = {}, members, answer, errors = [], example } = description;
  return {
    name,
    text,
    verbs,
    reserved,
    members,
    answer,
    errors,
    example,
    decode: (body) => read(members, body),
    // The dialect passes on what `decode` returned.
    call: async (operations, input, request) => description.run(operations, input as Input<M>, request),
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
export function readRequestKey({ headers }: WireRequest): { readonly requestKey?: string } {
  return whenDefined('requestKey', headers['amz-sdk-invocation-id'] || undefined);
}
