import type { JsonObject } from './json.ts';

/**
 * How an operation's request is described: its members by name, in the order in which the service reports them.
 * Type checks, constraint checks and the type of the decoded input all derive from this one description.
 */

/** A rule for a value of the right type. */
interface Constraint {
  /** How the service words it, after `failed to satisfy constraint: `. */
  readonly demand: string;
  holds(value: string | number): boolean;
}

interface Common {
  readonly required?: true;
  /** In the order in which the service reports them. */
  readonly constraints?: readonly Constraint[];
}

export type Member = Common &
  (
    | { readonly type: 'string' | 'integer' | 'double' | 'timestamp' | 'list' | 'map' }
    /**
     * `shape`: the structure's name in the service model; it is part of an error's text. Without `members` it is not
     * looked into.
     */
    | { readonly type: 'structure'; readonly shape: string; readonly members?: Members }
  );

export type Members = Readonly<Record<string, Member>>;

/** What a member's type becomes when it is decoded. */
interface Values {
  string: string;
  /** A fraction is cut off. */
  integer: number;
  double: number;
  /** Epoch milliseconds; on the wire, epoch seconds with a fraction. */
  timestamp: number;
  list: readonly unknown[];
  map: JsonObject;
  structure: JsonObject;
}

type Value<M extends Member> = M extends { readonly members: infer N extends Members }
  ? Input<N>
  : Values[M['type']];

/** The decoded input: required members are there, the others may be undefined. */
export type Input<M extends Members> = {
  readonly [K in keyof M]: Value<M[K]> | (M[K] extends { required: true } ? never : undefined);
};

export function minLength(least: number): Constraint {
  return {
    demand: `Member must have length greater than or equal to ${least}`,
    holds: (value) => String(value).length >= least,
  };
}

export function maxLength(most: number): Constraint {
  return {
    demand: `Member must have length less than or equal to ${most}`,
    holds: (value) => String(value).length <= most,
  };
}

export function minValue(least: number): Constraint {
  return {
    demand: `Member must have value greater than or equal to ${least}`,
    holds: (value) => Number(value) >= least,
  };
}

export function above(bound: number): Constraint {
  return {
    demand: `Member must have value greater than ${bound}`,
    holds: (value) => Number(value) > bound,
  };
}

export function maxValue(most: number): Constraint {
  return {
    demand: `Member must have value less than or equal to ${most}`,
    holds: (value) => Number(value) <= most,
  };
}

/** The whole value must match. */
export function pattern(source: string): Constraint {
  const whole = new RegExp(`^(?:${source})$`);
  return {
    demand: `Member must satisfy regular expression pattern: ${source}`,
    holds: (value) => whole.test(String(value)),
  };
}

export function oneOf(...values: readonly string[]): Constraint {
  return {
    demand: `Member must satisfy enum value set: [${values.join(', ')}]`,
    holds: (value) => values.includes(String(value)),
  };
}
