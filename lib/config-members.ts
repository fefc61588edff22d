import { TidemarkError } from '../lambda/runtime/errors.ts';

/** Refuses a member of the configuration: `path` is the member, `why` says what to do. Throws `Validation`. */
export function refuse(path: string, why: string): never {
  throw new TidemarkError('Validation', `${path} ${why}`);
}

/** The members of an object, all of them known. */
export function members(
  value: unknown,
  path: string,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(path, 'must be an object');
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) refuse(`${path}.${name}`, `is not known: the members are ${known.join(', ')}`);
  }
  return { ...value };
}

export function list<T>(
  value: unknown,
  path: string,
  parse: (value: unknown, path: string) => T,
): readonly T[] {
  if (!Array.isArray(value)) return refuse(path, 'must be a list');
  return value.map((entry, index) => parse(entry, `${path}[${index}]`));
}

/** `expected` completes the sentence "must be ...". */
export function text(value: unknown, path: string, form: RegExp, expected: string): string {
  if (typeof value !== 'string' || !form.test(value)) return refuse(path, `must be ${expected}`);
  return value;
}

export function choice<T extends string>(value: unknown, path: string, choices: readonly T[]): T {
  return choices.find((one) => one === value) ?? refuse(path, `must be ${choices.join(' or ')}`);
}

export function wholeNumber(value: unknown, path: string, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    return refuse(path, `must be a whole number from ${least} to ${most}`);
  }
  return value;
}
