/** A value that a constraint can check. For a list, only the length is checked. */
type Constrained = string | number | readonly unknown[];

/** A constraint in the words of the service model, for the documents of the API. */
export type ConstraintTrait =
  | { readonly min: number }
  | { readonly max: number }
  | { readonly above: number }
  | { readonly pattern: string }
  | { readonly enum: readonly string[] };

/** A rule for a value of the right type. */
export interface Constraint<T extends ConstraintTrait = ConstraintTrait> {
  /** The service's words for the rule, after `failed to satisfy constraint: `. */
  readonly demand: string;
  readonly trait: T;
  holds(value: Constrained): boolean;
}

export function minLength(min: number): Constraint {
  return {
    demand: `Member must have length greater than or equal to ${min}`,
    trait: { min },
    holds: (value) => lengthOf(value) >= min,
  };
}

export function maxLength(max: number): Constraint {
  return {
    demand: `Member must have length less than or equal to ${max}`,
    trait: { max },
    holds: (value) => lengthOf(value) <= max,
  };
}

export function minValue(min: number): Constraint {
  return {
    demand: `Member must have value greater than or equal to ${min}`,
    trait: { min },
    holds: (value) => Number(value) >= min,
  };
}

export function above(bound: number): Constraint {
  return {
    demand: `Member must have value greater than ${bound}`,
    trait: { above: bound },
    holds: (value) => Number(value) > bound,
  };
}

export function maxValue(max: number): Constraint {
  return {
    demand: `Member must have value less than or equal to ${max}`,
    trait: { max },
    holds: (value) => Number(value) <= max,
  };
}

/** The whole value must match the pattern. */
export function pattern(source: string): Constraint {
  const whole = new RegExp(`^(?:${source})$`);
  return {
    demand: `Member must satisfy regular expression pattern: ${source}`,
    trait: { pattern: source },
    holds: (value) => whole.test(String(value)),
  };
}

export function oneOf<const V extends string>(...values: readonly V[]): Constraint<Enumeration<V>> {
  const known: readonly string[] = values;
  return {
    demand: `Member must satisfy enum value set: [${values.join(', ')}]`,
    trait: { enum: values },
    holds: (value) => known.includes(String(value)),
  };
}

/** The trait of a text that is one of these values. */
export interface Enumeration<V extends string> {
  readonly enum: readonly V[];
}

function lengthOf(value: Constrained): number {
  return typeof value === 'number' ? String(value).length : value.length;
}
