import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { createApi } from '../../api/model.ts';
import { createOpenApi } from '../../api/openapi.ts';

export const api = createApi();
export const document = createOpenApi(api);

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({ $id: 'api', ...(forbidOthers(document) as object) });

/** Returns the validator of a structure, which rejects members that are not in the document. */
export function structure(name: string): ValidateFunction {
  return at(`/components/schemas/${name}`);
}

type Described = {
  readonly paths: Readonly<
    Record<string, { readonly post: { readonly responses: Readonly<Record<string, { $ref?: string }>> } }>
  >;
};

/** Returns the validator of an operation's answers of this status. */
export function answers(operation: string, status: number): ValidateFunction {
  const path = `/#X-Amz-Target=DynamoDB_20120810.${operation}`;
  const shared = (document as Described).paths[path]?.post.responses[status]?.$ref;
  const own = `/paths/~1%23${path.slice(2)}/post/responses/${status}`;
  return at(`${shared?.slice(1) ?? own}/content/application~1x-amz-json-1.0/schema`);
}

function at(pointer: string): ValidateFunction {
  const found = ajv.getSchema(`api#${pointer}`);
  if (found === undefined) throw new Error(`the document has no ${pointer}`);
  return found;
}

export function expectValid(validate: ValidateFunction, value: unknown): void {
  validate(value);
  expect(validate.errors ?? []).toEqual([]);
}

/** Forbids additional members, which the document itself allows. */
function forbidOthers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(forbidOthers);
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, forbidOthers(part)]));
  return 'properties' in value && 'type' in value ? { ...parts, additionalProperties: false } : parts;
}
