import type { ConstraintTrait } from '../lambda/dialects/dynamodb/constraints.ts';
import { commonErrors } from './common-errors.ts';
import type { Api, ApiOperation } from './model.ts';

import type { Structure, Type } from './shapes.ts';

type Shape = Readonly<Record<string, unknown>>;

/**
 * Makes the API's service model for the AWS CLI and boto3, in the form of botocore's `service-2.json`. The model is of a
 * service of its own name: clients sign with the signing name of the service, that of `dynamodb` cannot be changed, and
 * API Gateway accepts `execute-api` alone. There is no default endpoint: the prefix names a host that does not exist.
 */
export function createServiceModel({ operations, structures }: Api): object {
  const shapes = new Map<string, Shape>();
  for (const [name, structure] of structures) addStructure(shapes, name, structure);
  const errors = [...Object.keys(commonErrors), ...operations.flatMap((operation) => operation.errors)];
  for (const name of errors) shapes.set(name, exception);
  shapes.set('InternalServerError', { ...exception, fault: true });
  return {
    version: '2.0',
    metadata: {
      apiVersion: '2012-08-10',
      endpointPrefix: 'tidemark',
      jsonVersion: '1.0',
      protocol: 'json',
      protocols: ['json'],
      serviceFullName: 'Tidemark',
      serviceId: 'Tidemark',
      signatureVersion: 'v4',
      signingName: 'execute-api',
      targetPrefix: 'DynamoDB_20120810',
      uid: 'tidemark-2012-08-10',
    },
    operations: Object.fromEntries(
      operations.map((operation) => [operation.name, describeOperation(operation)]),
    ),
    shapes: Object.fromEntries(shapes),
    documentation:
      "Backups of DynamoDB tables in your own bucket, by DynamoDB's backup API and operations beyond it.",
  };
}

const exception = { type: 'structure', members: { message: { shape: 'String' } }, exception: true };

function describeOperation({ name, input, output, errors, text }: ApiOperation): object {
  return {
    name,
    http: { method: 'POST', requestUri: '/' },
    input: { shape: input },
    output: { shape: output },
    errors: [...errors, ...Object.keys(commonErrors), 'InternalServerError'].map((shape) => ({ shape })),
    documentation: text,
  };
}

function addStructure(shapes: Map<string, Shape>, name: string, structure: Structure): void {
  const { members, required, texts } = structure;
  shapes.set(name, {
    type: 'structure',
    ...(required.length > 0 && { required }),
    members: Object.fromEntries(
      Object.entries(members).map(([member, type]) => [
        member,
        { shape: nameOf(type, `${name}${member}`), ...documentationOf(texts[member]) },
      ]),
    ),
  });

  /**
   * Names a type, because every type has a name in this model: a type with traits is named after its place, any other
   * after its kind.
   */
  function nameOf(type: Type, place: string): string {
    if (type.kind === 'structure') return type.name;
    if (type.kind === 'map') {
      const value = nameOf(type.of, `${place}Value`);
      return add(`${value}Map`, {
        type: 'map',
        key: { shape: add('String', string) },
        value: { shape: value },
      });
    }
    const traits = type.traits?.filter((trait) => !('above' in trait)) ?? [];
    const plain = traits.length === 0;
    if (type.kind === 'list') {
      const member = nameOf(type.of, `${place}Member`);
      return add(plain ? `${member}List` : place, {
        type: 'list',
        member: { shape: member },
        ...mergeTraits(traits),
      });
    }
    const capital = `${type.kind.charAt(0).toUpperCase()}${type.kind.slice(1)}`;
    return add(plain ? capital : place, { type: type.kind, ...mergeTraits(traits) });
  }

  function add(name: string, shape: Shape): string {
    shapes.set(name, shape);
    return name;
  }
}

const string = { type: 'string' };

/** The traits have the names of this model, except `above`, which the model lacks. */
function mergeTraits(traits: readonly ConstraintTrait[]): object {
  return Object.assign({}, ...traits) as object;
}

function documentationOf(text: string | undefined): object {
  return text === undefined ? {} : { documentation: text };
}
