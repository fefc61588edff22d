import type { ErrorObject } from 'ajv';

/** What the messages are made of. */
interface Schema {
  readonly [keyword: string]: unknown;
  readonly errorMessage?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** One line about an error that ajv found with the option `verbose`: the member, and what it must be. */
export function problemOf({ instancePath, keyword, params, parentSchema = {} }: ErrorObject): string {
  const { properties = {} }: Schema = parentSchema;
  if (keyword === 'additionalProperties') {
    const member = memberName(`${instancePath}/${params.additionalProperty}`);
    return `${member} is unknown: the members are ${Object.keys(properties).join(', ')}`;
  }
  if (keyword === 'required') {
    const member = memberName(`${instancePath}/${params.missingProperty}`);
    return `${member} is missing: it ${demand(properties[params.missingProperty] ?? {})}`;
  }
  return `${memberName(instancePath)} ${demand(parentSchema)}`;
}

/** The member at a JSON pointer, as it is written in code: `schedules[0].tables`. */
export function memberName(pointer: string): string {
  if (pointer === '') return 'the configuration';
  return pointer
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.');
}

/** Completes a sentence that begins with the member. */
function demand(schema: Schema): string {
  if (schema.errorMessage !== undefined) return schema.errorMessage;
  if (schema.enum === undefined) return `must be a whole number from ${schema.minimum} to ${schema.maximum}`;
  const choices = schema.enum.map((choice) => JSON.stringify(choice));
  return `must be ${new Intl.ListFormat('en', { type: 'disjunction' }).format(choices)}`;
}
