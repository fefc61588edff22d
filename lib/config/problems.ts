import type { ErrorObject } from 'ajv';

/** The keywords of a member's schema from which its messages are made. */
interface Schema {
  readonly [keyword: string]: unknown;
  readonly errorMessage?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Turns an error, which ajv found with its option `verbose`, into one line: the member, and the rule for it. */
export function toProblem({ instancePath, keyword, params, parentSchema = {} }: ErrorObject): string {
  const { properties = {} }: Schema = parentSchema;
  if (keyword === 'additionalProperties') {
    const member = toMemberName(`${instancePath}/${params.additionalProperty}`);
    return `${member} is unknown: the members are ${Object.keys(properties).join(', ')}`;
  }
  if (keyword === 'required') {
    const member = toMemberName(`${instancePath}/${params.missingProperty}`);
    return `${member} is missing: it ${describeDemand(properties[params.missingProperty] ?? {})}`;
  }
  return `${toMemberName(instancePath)} ${describeDemand(parentSchema)}`;
}

/** Names the member at a JSON pointer in the syntax of code: `schedules[0].tables`. */
export function toMemberName(pointer: string): string {
  if (pointer === '') return 'the configuration';
  return pointer
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.');
}

/** Words the rule for a member. The text continues a sentence that starts with the member's name. */
function describeDemand(schema: Schema): string {
  if (schema.errorMessage !== undefined) return schema.errorMessage;
  if (schema.enum === undefined) return `must be a whole number from ${schema.minimum} to ${schema.maximum}`;
  const choices = schema.enum.map((choice) => JSON.stringify(choice));
  return `must be ${new Intl.ListFormat('en', { type: 'disjunction' }).format(choices)}`;
}
