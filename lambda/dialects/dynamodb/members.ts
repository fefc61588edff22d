import type { Constraint, Enumeration } from './constraints.ts';
import type { JsonObject } from './json.ts';

/**
 * The description of a structure: its members by name, in the order in which the service reports them. What reads a
 * request, the type of its input, the type of an answer and the documents of the API all derive from descriptions.
 */
export type Members = Readonly<Record<string, Member>>;

interface Common {
  readonly required?: true;
  /** In the order in which the service reports violations. */
  readonly constraints?: readonly Constraint[];
  /** What the service answers to an empty text, in place of all violations. */
  readonly emptyText?: string;
  /** What the member means: one sentence of the API documents. */
  readonly text?: string;
  /**
   * Which table the member names, by name or ARN: the request's table, one of its `backup`s, the `target` of a restore, or
   * `any` of them. `cursor`: the backup after which a list continues. A path of the endpoint is of one table, and a
   * request that was sent there may name no other.
   */
  readonly names?: 'table' | 'backup' | 'target' | 'any' | 'cursor';
}

export type Member = Common &
  (
    | { readonly type: 'string' | 'integer' | 'long' | 'double' | 'boolean' | 'timestamp' }
    | { readonly type: 'list'; readonly of: Member }
    /** Names to values of `of`; without it, names to attribute values in DynamoDB's JSON, which no constraint checks. */
    | { readonly type: 'map'; readonly of?: Member }
    | {
        readonly type: 'structure';
        /** The structure's name in the service model; texts of errors show it. */
        readonly shape: string;
        readonly members: Members;
        /**
         * Reject unknown members. DynamoDB ignores them, but in a structure that only Tidemark has, a misspelt option
         * would silently do nothing.
         */
        readonly closed?: true;
      }
  );

/** The type of a text: one of its values if they are enumerated. */
type Text<M extends Member> = M extends {
  readonly constraints: readonly [Constraint<Enumeration<infer V>>];
}
  ? V
  : string;

/** What a scalar member of a request becomes when it is decoded. */
interface InputScalars<M extends Member> {
  string: Text<M>;
  /** A whole number; a fraction is cut off. */
  integer: number;
  /** Without the fraction, which is cut off. */
  long: number;
  double: number;
  boolean: boolean;
  /** Epoch milliseconds; on the wire, epoch seconds with a fraction. */
  timestamp: number;
  map: JsonObject;
}

type InputValue<M extends Member> = M extends { readonly members: infer N extends Members }
  ? Input<N>
  : M extends { readonly type: 'list'; readonly of: infer E extends Member }
    ? InputValue<E>[]
    : M['type'] extends keyof InputScalars<M>
      ? InputScalars<M>[M['type']]
      : never;

/** The decoded input: required members are there, the others may be undefined. */
export type Input<M extends Members> = {
  readonly [K in keyof M]: InputValue<M[K]> | (M[K] extends { required: true } ? never : undefined);
};

/** What a scalar member of an answer is before it is encoded. */
interface AnswerScalars<M extends Member> {
  string: Text<M>;
  integer: number;
  long: number;
  double: number;
  boolean: boolean;
  timestamp: Date;
  map: unknown;
}

type AnswerValue<M extends Member> = M extends { readonly members: infer N extends Members }
  ? Answer<N>
  : M extends { readonly type: 'list'; readonly of: infer E extends Member }
    ? readonly AnswerValue<E>[]
    : M extends { readonly type: 'map'; readonly of: infer E extends Member }
      ? Readonly<Record<string, AnswerValue<E>>>
      : M['type'] extends keyof AnswerScalars<M>
        ? AnswerScalars<M>[M['type']]
        : never;

type Required<M extends Members> = {
  [K in keyof M]: M[K] extends { required: true } ? K : never;
}[keyof M];

/** The content of an answer, or of a structure in one. */
export type Answer<M extends Members> = {
  readonly [K in Required<M>]: AnswerValue<M[K]>;
} & {
  readonly [K in Exclude<keyof M, Required<M>>]?: AnswerValue<M[K]> | undefined;
};
