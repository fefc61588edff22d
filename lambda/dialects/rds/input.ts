import type { Parameters } from './parameters.ts';
import { invalidParameterError, missingParameterError, type RdsError } from './rds-error.ts';

interface Common {
  readonly required?: true;
  /** The meaning of the parameter, in one sentence. */
  readonly text: string;
  /** The error for a wrong value or for too many values. @default InvalidParameter, with the rule that the value violates */
  readonly error?: () => RdsError;
}

/** The values that a parameter may have. */
export type ParameterDescription = Common &
  (
    | { readonly type: 'text'; readonly maxLength: number }
    | { readonly type: 'choice'; readonly values: readonly string[]; readonly default?: string }
    | { readonly type: 'integer'; readonly min: number; readonly max: number; readonly default?: number }
    /** Times as `yyyy-MM-ddTHH:mmZ`. Epoch ms as input. */
    | { readonly type: 'time' }
    /** Values between commas, each once. */
    | { readonly type: 'list'; readonly maxItems: number; readonly maxLength: number }
  );

export type ParameterDescriptions = Readonly<Record<string, ParameterDescription>>;

type Value<P> = P extends { readonly type: 'choice'; readonly values: readonly (infer V)[] }
  ? V
  : P extends { readonly type: 'integer' | 'time' }
    ? number
    : P extends { readonly type: 'list' }
      ? readonly string[]
      : string;

type Given<P> = P extends { readonly required: true } | { readonly default: unknown } ? never : undefined;

/** The decoded parameters. Parameters that are required or have a default are present, the others may be undefined. */
export type Input<P extends ParameterDescriptions> = {
  readonly [K in keyof P]: Value<P[K]> | Given<P[K]>;
};

/**
 * Decodes the parameters of an action. An empty value counts as absent, because some clients send every parameter. Ignores
 * unknown parameters, as the service does. Throws `RdsError`.
 */
export function readInput<P extends ParameterDescriptions>(descriptions: P, sent: Parameters): Input<P> {
  const entries = Object.entries(descriptions).map(([name, description]) => {
    const text = sent.get(name);
    if (text !== undefined && text !== '') return [name, readValue(name, description, text)];
    if (description.required === true) throw missingParameterError(name);
    return [name, 'default' in description ? description.default : undefined];
  });
  return Object.fromEntries(entries) as Input<P>;
}

function readValue(
  name: string,
  description: ParameterDescription,
  text: string,
): string | number | readonly string[] {
  const refuse = (reason: string): RdsError => description.error?.() ?? invalidParameterError(name, reason);
  switch (description.type) {
    case 'text':
      if (text.length <= description.maxLength) return text;
      throw refuse(`It has at most ${description.maxLength} characters.`);
    case 'choice':
      if (description.values.includes(text)) return text;
      throw refuse(`Valid values: ${description.values.join(', ')}.`);
    case 'integer': {
      const { min, max } = description;
      const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      throw refuse(`It is a whole number from ${min} to ${max}.`);
    }
    case 'time': {
      const time = /^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/.test(text) ? Date.parse(text) : Number.NaN;
      if (!Number.isNaN(time)) return time;
      throw refuse('Its form is yyyy-MM-ddTHH:mmZ.');
    }
    case 'list':
      return readList(name, description, text);
    default:
      throw new TypeError('a parameter has one of these types');
  }
}

type ListDescription = Extract<ParameterDescription, { readonly type: 'list' }>;

function readList(
  name: string,
  { maxItems, maxLength, error }: ListDescription,
  text: string,
): readonly string[] {
  const values = text.split(',', maxItems + 1).map((value) => value.trim());
  if (values.length > maxItems)
    throw error?.() ?? invalidParameterError(name, `It has at most ${maxItems} values.`);
  if (values.some((value) => value === '' || value.length > maxLength)) {
    const reason = `Its values, with commas between them, have 1 to ${maxLength} characters.`;
    throw invalidParameterError(name, reason);
  }
  return [...new Set(values)];
}
