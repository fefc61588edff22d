import { KineticaError } from './kinetica-error.ts';

/** The values that an option may have. On the wire every value is a text. */
export type OptionDescription = { readonly text: string } & (
  | { readonly type: 'boolean'; readonly default: boolean }
  | { readonly type: 'integer'; readonly min: number; readonly max: number; readonly default: number }
  | { readonly type: 'choice'; readonly values: readonly string[]; readonly default: string }
  | { readonly type: 'text'; readonly maxLength: number; readonly default: string }
);

export type OptionDescriptions = Readonly<Record<string, OptionDescription>>;

type OptionValue<D> = D extends { readonly type: 'boolean' }
  ? boolean
  : D extends { readonly type: 'integer' }
    ? number
    : D extends { readonly type: 'choice'; readonly values: readonly (infer V)[]; readonly default: infer E }
      ? V | E
      : string;

export type OptionValues<D extends OptionDescriptions> = { readonly [K in keyof D]: OptionValue<D[K]> };

/**
 * Reads the options of a request. An unknown option is refused: a misspelt one would silently do nothing. Throws
 * `KineticaError`.
 */
export function readOptions<const D extends OptionDescriptions>(
  descriptions: D,
  sent: Readonly<Record<string, string>>,
): OptionValues<D> {
  const known = new Set(Object.keys(descriptions));
  const unknown = Object.keys(sent).find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new KineticaError(
      `Unknown option "${unknown.slice(0, 100)}": the options are ${[...known].join(', ') || 'none'}`,
    );
  }
  const entries = Object.entries(descriptions).map(([name, description]) => {
    const text = sent[name];
    return [
      name,
      text === undefined || text === '' ? description.default : readValue(name, description, text),
    ];
  });
  return Object.fromEntries(entries) as OptionValues<D>;
}

function readValue(name: string, description: OptionDescription, text: string): boolean | number | string {
  switch (description.type) {
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true';
      throw new KineticaError(`Option ${name} must be true or false`);
    case 'integer': {
      const { min, max } = description;
      const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      throw new KineticaError(`Option ${name} must be a whole number from ${min} to ${max}`);
    }
    case 'choice':
      if (description.values.includes(text)) return text;
      throw new KineticaError(`Option ${name} must be one of ${description.values.join(', ')}`);
    case 'text':
      if (text.length <= description.maxLength) return text;
      throw new KineticaError(`Option ${name} has at most ${description.maxLength} characters`);
    default:
      throw new TypeError('an option has one of these types');
  }
}
