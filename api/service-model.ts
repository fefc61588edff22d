import type { ConstraintTrait } from '../lambda/dialects/dynamodb/members.ts';
import type { Api, ApiOperation } from './model.ts';
import { commonErrors } from './operations.ts';
import type { Structure, Type } from './shapes.ts';
import { textOf } from './texts.ts';

type Shape = Readonly<Record<string, unknown>>;

/**
 * The API as the AWS CLI and boto3 read it, by botocore's `service-2.json`. It is a service of its own name: clients
 * sign with the signing name of the service, `dynamodb` cannot be given another one, and API Gateway accepts
 * `execute-api` alone. There is no default endpoint: the prefix names a host that does not exist.
 */
export function serviceModel({ operations, structures }: Api): object {
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
    operations: Object.fromEntries(operations.map((operation) => [operation.name, wireOperation(operation)])),
    shapes: Object.fromEntries(shapes),
    documentation: "Backups of DynamoDB's tables in your own bucket, by DynamoDB's backup API and beyond it.",
  };
}

const exception = { type: 'structure', members: { message: { shape: 'String' } }, exception: true };

function wireOperation({ name, input, output, errors, text }: ApiOperation): object {
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
  const { members, required } = structure;
  shapes.set(name, {
    type: 'structure',
    ...(required.length > 0 && { required }),
    members: Object.fromEntries(
      Object.entries(members).map(([member, type]) => [
        member,
        { shape: nameOf(type, `${name}${member}`), ...documentation(textOf(name, structure, member)) },
      ]),
    ),
  });

  /** Every type has a name here: one with traits is named by its place, the others by what they are. */
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
        ...merged(traits),
      });
    }
    const capital = `${type.kind.charAt(0).toUpperCase()}${type.kind.slice(1)}`;
    return add(plain ? capital : place, { type: type.kind, ...merged(traits) });
  }

  function add(name: string, shape: Shape): string {
    shapes.set(name, shape);
    return name;
  }
}

const string = { type: 'string' };

/** Traits have the names of this model, but for `above`, which it cannot say. */
function merged(traits: readonly ConstraintTrait[]): object {
  return Object.assign({}, ...traits) as object;
}

function documentation(text: string | undefined): object {
  return text === undefined ? {} : { documentation: text };
}
