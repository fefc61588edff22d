import type { Constraint, Enumeration } from './constraints.ts';
import type { JsonObject } from './json.ts';

/**
 * The description of a structure: its members by name, in the order in which the service reports them. The decoder of a
 * request, the types of its input and its answer, and the documents of the API all derive from descriptions.
 */
export type Members = Readonly<Record<string, Member>>;

interface Common {
  readonly required?: true;
  /** The constraints, in the order in which the service reports their violations. */
  readonly constraints?: readonly Constraint[];
  /** The service's answer to an empty text, in place of all violations. */
  readonly emptyText?: string;
  /** The meaning of the member: one sentence in the API documents. */
  readonly text?: string;
  /**
   * The table that the member names, by name or ARN: the request's table, one of its `backup`s, the `target` of a restore,
   * or `any` of them. `cursor`: the backup after which a list continues. A path of the endpoint belongs to one table, and a
   * request to it may name no other table.
   */
  readonly names?: 'table' | 'backup' | 'target' | 'any' | 'cursor';
}

export type Member = Common &
  (
    | { readonly type: 'string' | 'integer' | 'long' | 'double' | 'boolean' | 'timestamp' }
    | { readonly type: 'list'; readonly of: Member }
    /** A map from names to values of `of`; without `of`, to attribute values in DynamoDB's JSON, which no constraint checks. */
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

/** The decoded values of scalar members of a request, by type. */
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

/** The decoded input: required members are present, the others may be undefined. */
export type Input<M extends Members> = {
  readonly [K in keyof M]: InputValue<M[K]> | (M[K] extends { required: true } ? never : undefined);
};

/** The values of scalar members of an answer before they are encoded, by type. */
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
