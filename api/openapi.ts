import { prefixes } from '../lambda/dialects/dynamodb/error-names.ts';
import { formsOf, type PathForm, pathForms } from '../lambda/dialects/dynamodb/paths.ts';
import { commonErrors } from './common-errors.ts';
import { toSchema } from './json-schema.ts';
import type { Api, ApiOperation } from './model.ts';

const contentType = 'application/x-amz-json-1.0';

/**
 * Makes the API's OpenAPI 3.1 document.
 *
 * All operations are `POST`s of one path, distinguished by the header `X-Amz-Target`, but OpenAPI has room for one
 * operation for each method and path. So each operation has a path with a fragment that repeats the header, the
 * convention of the collections of AWS's APIs (APIs.guru). No client sends a fragment, so requests made from the document
 * are right. docs/api/README.md weighs the alternatives.
 */
export function createOpenApi({ operations, structures }: Api): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tidemark',
      version: '2012-08-10',
      summary: 'Backups of DynamoDB tables in your own bucket.',
      description:
        "DynamoDB's backup API and Tidemark's own operations, in DynamoDB's JSON protocol 1.0. The header X-Amz-Target " +
        'names the operation; the fragment of a path here only distinguishes operations and is not sent. Members of a ' +
        'request that are not described are ignored, null counts as absent, and an answer may have further members.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers,
    security: [{ signature: [] }],
    paths: Object.fromEntries(
      (['/', ...Object.values(pathForms)] as const).flatMap((form) =>
        operations
          .filter((operation) => formsOf(operation).includes(form))
          .map((operation) => [
            `${form}#X-Amz-Target=${operation.target}`,
            { post: describeOperation(operation, form) },
          ]),
      ),
    ),
    components: {
      schemas: {
        ...Object.fromEntries([...structures].map(([name, structure]) => [name, toSchema(structure)])),
        Error: error,
      },
      responses: {
        TooLarge: createResponse('The request is too large.', errorOf([tooLarge])),
        Fault: createResponse('The service is at fault.', errorOf([modelError('InternalServerError')])),
      },
      headers: responseHeaders,
      parameters: pathParameters,
      securitySchemes: { signature },
    },
  };
}

const servers = [
  {
    url: 'https://{api}.execute-api.{region}.amazonaws.com/prod',
    description: 'The deployed endpoint, an output of the stack.',
    variables: { api: { default: 'api' }, region: { default: 'us-east-1' } },
  },
  { url: 'http://127.0.0.1:4100', description: 'The embedded runtime.' },
];

const signature = {
  type: 'apiKey',
  in: 'header',
  name: 'Authorization',
  'x-amazon-apigateway-authtype': 'awsSigv4',
  description:
    'AWS Signature Version 4. The deployed endpoint requires execute-api as the name of the service.',
};

const tableName = { type: 'string', pattern: '^[a-zA-Z0-9_.-]{3,255}$' };

/** The tables in the forms of paths. The request may name no others. */
const pathParameters = {
  table: {
    name: 'table',
    in: 'path',
    required: true,
    description: 'The table of the request, by name.',
    schema: tableName,
  },
  target: {
    name: 'target',
    in: 'path',
    required: true,
    description: 'The table that a restore creates, by name.',
    schema: tableName,
  },
};

const responseHeaders = {
  'x-amzn-RequestId': { description: 'Names the request in the logs.', schema: { type: 'string' } },
  'x-amz-crc32': {
    description: 'The CRC-32 of the body, decimal.',
    schema: { type: 'string', pattern: '^\\d+$' },
  },
};

const error = {
  type: 'object',
  required: ['__type'],
  properties: {
    __type: { type: 'string', description: 'The name of the error follows the number sign.' },
    message: { type: 'string' },
    Message: { type: 'string', description: 'Some errors have their message under this name.' },
  },
};

function describeOperation(
  { name, target, text, input, output, errors, example }: ApiOperation,
  form: PathForm,
): object {
  const [, verb = ''] = form.split('/');
  return {
    operationId: form === '/' ? name : `${name}At${verb.charAt(0).toUpperCase()}${verb.slice(1)}`,
    tags: [form],
    summary: text,
    parameters: [
      { name: 'X-Amz-Target', in: 'header', required: true, schema: { const: target } },
      ...Object.keys(pathParameters)
        .filter((parameter) => form.includes(`{${parameter}}`))
        .map((parameter) => ({ $ref: `#/components/parameters/${parameter}` })),
    ],
    requestBody: {
      required: true,
      content: { [contentType]: { schema: { $ref: `#/components/schemas/${input}` }, example } },
    },
    responses: {
      200: createResponse('The answer.', { $ref: `#/components/schemas/${output}` }),
      400: createResponse('The request is at fault.', errorOf([...errors.map(modelError), ...common])),
      413: { $ref: '#/components/responses/TooLarge' },
      500: { $ref: '#/components/responses/Fault' },
    },
  };
}

/** The error of API Gateway, before any operation runs. */
const tooLarge = `${prefixes.service}RequestEntityTooLargeException`;

const common = Object.entries(commonErrors).map(([name, prefix]) => `${prefix}${name}`);

function modelError(name: string): string {
  return `${prefixes.model}${name}`;
}

function errorOf(types: readonly string[]): object {
  return { allOf: [{ $ref: '#/components/schemas/Error' }, { properties: { __type: { enum: types } } }] };
}

function createResponse(description: string, schema: object): object {
  const headers = Object.keys(responseHeaders).map((name) => [
    name,
    { $ref: `#/components/headers/${name}` },
  ]);
  return { description, headers: Object.fromEntries(headers), content: { [contentType]: { schema } } };
}
