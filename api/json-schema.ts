import type { ConstraintTrait } from '../lambda/dialects/dynamodb/members.ts';
import type { Scalar, Structure, Type } from './shapes.ts';
import { textOf } from './texts.ts';

/** A structure as a JSON Schema of OpenAPI 3.1; it refers to others among the document's components. */
export function schemaOf(name: string, structure: Structure): object {
  const { members, required, union } = structure;
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    ...(union && { minProperties: 1, maxProperties: 1 }),
    properties: Object.fromEntries(
      Object.entries(members).map(([member, type]) => {
        const text = textOf(name, structure, member);
        return [member, { ...schema(type), ...(text !== undefined && { description: text }) }];
      }),
    ),
  };
}

function schema(type: Type): object {
  if (type.kind === 'structure') return { $ref: `#/components/schemas/${type.name}` };
  if (type.kind === 'map') return { type: 'object', additionalProperties: schema(type.of) };
  if (type.kind === 'list') {
    return { type: 'array', items: schema(type.of), ...keywords('Items', type.traits) };
  }
  return { ...scalars[type.kind], ...keywords(type.kind === 'string' ? 'Length' : 'imum', type.traits) };
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

/** `bounded`: what follows `min` and `max` in the keywords for this type. */
function keywords(bounded: 'Items' | 'Length' | 'imum', traits: readonly ConstraintTrait[] = []): object {
  return Object.assign({}, ...traits.map((trait) => keyword(trait, bounded))) as object;
}

function keyword(trait: ConstraintTrait, bounded: string): object {
  if ('min' in trait) return { [`min${bounded}`]: trait.min };
  if ('max' in trait) return { [`max${bounded}`]: trait.max };
  if ('above' in trait) return { exclusiveMinimum: trait.above };
  // The service's patterns are of the whole value.
  return 'pattern' in trait ? { pattern: `^(?:${trait.pattern})$` } : trait;
}
