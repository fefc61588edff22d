import type { ConstraintTrait } from '../lambda/dialects/dynamodb/constraints.ts';
import type { Scalar, Structure, Type } from './shapes.ts';

/** Makes a structure's JSON Schema for OpenAPI 3.1. It refers to other structures among the document's components. */
export function toSchema({ members, required, union, texts }: Structure): object {
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    ...(union && { minProperties: 1, maxProperties: 1 }),
    properties: Object.fromEntries(
      Object.entries(members).map(([member, type]) => {
        const text = texts[member];
        return [member, { ...toTypeSchema(type), ...(text !== undefined && { description: text }) }];
      }),
    ),
  };
}

function toTypeSchema(type: Type): object {
  if (type.kind === 'structure') return { $ref: `#/components/schemas/${type.name}` };
  if (type.kind === 'map') return { type: 'object', additionalProperties: toTypeSchema(type.of) };
  if (type.kind === 'list') {
    return { type: 'array', items: toTypeSchema(type.of), ...keywordsOf('Items', type.traits) };
  }
  return { ...scalars[type.kind], ...keywordsOf(type.kind === 'string' ? 'Length' : 'imum', type.traits) };
}

const scalars: Readonly<Record<Scalar, object>> = {
  string: { type: 'string' },
  integer: { type: 'integer', format: 'int32' },
  long: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  boolean: { type: 'boolean' },
  timestamp: { type: 'number', title: 'Epoch seconds, to the millisecond' },
  blob: { type: 'string', contentEncoding: 'base64' },
};

/** The keywords for the traits of a type, whose keywords for bounds are `min` and `max` followed by `bounded`. */
function keywordsOf(bounded: 'Items' | 'Length' | 'imum', traits: readonly ConstraintTrait[] = []): object {
  return Object.assign({}, ...traits.map((trait) => keywordOf(trait, bounded))) as object;
}

function keywordOf(trait: ConstraintTrait, bounded: string): object {
  if ('min' in trait) return { [`min${bounded}`]: trait.min };
  if ('max' in trait) return { [`max${bounded}`]: trait.max };
  if ('above' in trait) return { exclusiveMinimum: trait.above };
  // The service's patterns match the whole value.
  return 'pattern' in trait ? { pattern: `^(?:${trait.pattern})$` } : trait;
}
