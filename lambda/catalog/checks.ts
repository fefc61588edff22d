/**
 * Checks of values that come from the catalog's table, from which the decoders of its records are made.
 *
 * A check is true if the value is a T. It does not copy or convert the value.
 */
export type Check<T> = (value: unknown) => value is T;

/** One check for each member of T. A member that may be missing has a check of `isOptional`. */
export type Checks<T> = { readonly [Name in keyof T]-?: Check<T[Name]> };

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

export function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

export function isTrue(value: unknown): value is true {
  return value === true;
}

export function isMissing(value: unknown): value is undefined {
  return value === undefined;
}

/** A member of one of DynamoDB's enumerations. Any text passes, since DynamoDB may add members. */
export function isMemberOf<T extends string>(_enumeration: Readonly<Record<string, T>>): Check<T> {
  return (value): value is T => typeof value === 'string';
}

export function isOneOf<T extends string>(...members: readonly T[]): Check<T> {
  return (value): value is T => members.some((member) => member === value);
}

export function isOptional<T>(check: Check<T>): Check<T | undefined> {
  return (value): value is T | undefined => value === undefined || check(value);
}

export function isAnyOf<T>(...checks: readonly Check<T>[]): Check<T> {
  return (value): value is T => checks.some((check) => check(value));
}

export function isListOf<T>(check: Check<T>): Check<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every((member) => check(member));
}

export function isSetOf<T>(check: Check<T>): Check<Set<T>> {
  return (value): value is Set<T> => value instanceof Set && [...value].every((member) => check(member));
}

/** An object with members of any names, all of which pass the same check. */
export function isMapOf<T>(check: Check<T>): Check<Record<string, T>> {
  return (value): value is Record<string, T> =>
    isObject(value) && Object.values(value).every((member) => check(member));
}

/** An object that has these members. It may have others too. */
export function isObjectOf<T extends object>(checks: Checks<T>): Check<T> {
  const members = Object.entries<Check<unknown>>(checks);
  return (value): value is T => isObject(value) && members.every(([name, check]) => check(value[name]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  const isOther = Array.isArray(value) || value instanceof Set || ArrayBuffer.isView(value);
  return typeof value === 'object' && value !== null && !isOther;
}
