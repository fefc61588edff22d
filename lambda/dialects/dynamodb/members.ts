import type { JsonObject } from './json.ts';

/**
 * How an operation's request is described: its members by name, in the order in which the service reports them.
 * Type checks, constraint checks and the type of the decoded input all derive from this one description.
 */

/** A value that constraints are checked of. A list is looked at for its length alone. */
type Constrained = string | number | readonly unknown[];

/** A rule for a value of the right type. */
export interface Constraint {
  /** How the service words it, after `failed to satisfy constraint: `. */
  readonly demand: string;
  /** The same by the names of the service model (`min`, `max`, `pattern`, `enum`), for the documents made of it. */
  readonly trait: ConstraintTrait;
  holds(value: Constrained): boolean;
}

export type ConstraintTrait =
  | { readonly min: number }
  | { readonly max: number }
  | { readonly above: number }
  | { readonly pattern: string }
  | { readonly enum: readonly string[] };

interface Common {
  readonly required?: true;
  /** In the order in which the service reports them. */
  readonly constraints?: readonly Constraint[];
}

export type Member = Common &
  (
    | { readonly type: 'string' | 'integer' | 'long' | 'double' | 'boolean' | 'timestamp' }
    | { readonly type: 'list'; readonly of: Member }
    /** Names to attribute values, in DynamoDB's JSON. It is not looked into. */
    | { readonly type: 'map' }
    /** `shape`: the structure's name in the service model; it is part of an error's text. */
    | {
        readonly type: 'structure';
        readonly shape: string;
        readonly members: Members;
        /** Another member is refused. DynamoDB ignores it; of what only Tidemark knows, it would be a wish unheard. */
        readonly closed?: true;
      }
  );

export type Members = Readonly<Record<string, Member>>;

/** What a member's type becomes when it is decoded. */
interface Values {
  string: string;
  /** A fraction is cut off. */
  integer: number;
  /** A fraction is cut off. */
  long: number;
  double: number;
  boolean: boolean;
  /** Epoch milliseconds; on the wire, epoch seconds with a fraction. */
  timestamp: number;
  map: JsonObject;
}

type Value<M extends Member> = M extends { readonly members: infer N extends Members }
  ? Input<N>
  : M extends { readonly of: infer E extends Member }
    ? Value<E>[]
    : M['type'] extends keyof Values
      ? Values[M['type']]
      : never;

/** The decoded input: required members are there, the others may be undefined. */
export type Input<M extends Members> = {
  readonly [K in keyof M]: Value<M[K]> | (M[K] extends { required: true } ? never : undefined);
};

export function minLength(least: number): Constraint {
  return {
    demand: `Member must have length greater than or equal to ${least}`,
    trait: { min: least },
    holds: (value) => lengthOf(value) >= least,
  };
}

export function maxLength(most: number): Constraint {
  return {
    demand: `Member must have length less than or equal to ${most}`,
    trait: { max: most },
    holds: (value) => lengthOf(value) <= most,
  };
}

export function minValue(least: number): Constraint {
  return {
    demand: `Member must have value greater than or equal to ${least}`,
    trait: { min: least },
    holds: (value) => Number(value) >= least,
  };
}

export function above(bound: number): Constraint {
  return {
    demand: `Member must have value greater than ${bound}`,
    trait: { above: bound },
    holds: (value) => Number(value) > bound,
  };
}

export function maxValue(most: number): Constraint {
  return {
    demand: `Member must have value less than or equal to ${most}`,
    trait: { max: most },
    holds: (value) => Number(value) <= most,
  };
}

/** The whole value must match. */
export function pattern(source: string): Constraint {
  const whole = new RegExp(`^(?:${source})$`);
  return {
    demand: `Member must satisfy regular expression pattern: ${source}`,
    trait: { pattern: source },
    holds: (value) => whole.test(String(value)),
  };
}

export function oneOf(...values: readonly string[]): Constraint {
  return {
    demand: `Member must satisfy enum value set: [${values.join(', ')}]`,
    trait: { enum: values },
    holds: (value) => values.includes(String(value)),
  };
}

function lengthOf(value: Constrained): number {
  return typeof value === 'number' ? String(value).length : value.length;
}
