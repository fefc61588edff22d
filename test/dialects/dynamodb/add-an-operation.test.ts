import { expect, test } from 'vitest';
import { createApi } from '../../../api/model.ts';
import { createOpenApi } from '../../../api/openapi.ts';
import { createServiceModel } from '../../../api/service-model.ts';
import { apiOperations } from '../../../lambda/dialects/dynamodb/api-operations.ts';
import { createDialect } from '../../../lambda/dialects/dynamodb/dialect.ts';
import { exampleTable } from '../../../lambda/dialects/dynamodb/examples.ts';
import { tableNameOrArn } from '../../../lambda/dialects/dynamodb/names.ts';
import { createOperation } from '../../../lambda/dialects/dynamodb/operation.ts';
import { parseTableReference } from '../../../lambda/model/backup-arn.ts';
import { bindServices, type Operations } from '../../../lambda/operations/operations.ts';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { fakeOperations, post } from './fakes.ts';

/*
 * An operation that follows docs/walks/add-an-operation.md: a function, its description, and a line in each list.
 */

interface CountServices {
  readonly backups: ReadonlyMap<string, number>;
}

async function countBackups(
  { backups }: CountServices,
  { table }: { readonly table: string },
): Promise<number> {
  const count = backups.get(table);
  if (count === undefined) throw new TidemarkError('TableNotFound', 'not the text on the wire');
  return count;
}

type WithCount = Operations & { countBackups(input: { readonly table: string }): Promise<number> };

const description = createOperation({
  name: 'CountBackups',
  text: 'Counts the backups of a table.',
  verbs: ['read'],
  members: { TableName: { ...tableNameOrArn, required: true } },
  answer: { Count: { type: 'long', required: true, text: 'The number of backups.' } },
  errors: ['TableNotFound'],
  example: { TableName: exampleTable },
  run: async (operations: WithCount, { TableName }) => ({
    Count: await operations.countBackups(parseTableReference(TableName)),
  }),
});

const operations: WithCount = {
  ...fakeOperations(),
  ...bindServices({ countBackups }, { backups: new Map([['Music', 3]]) }),
};
const list = [...apiOperations, description];
const { handle, operationOf } = createDialect(list);
const api = createApi(list);

async function answerTo(body: object, path = '/') {
  const answer = await handle(operations, post('CountBackups', body, { path }), silentLog);
  const parsed: unknown = JSON.parse(answer.body);
  return { status: answer.status, answer: parsed };
}

test('an operation added by the walk is routed by its X-Amz-Target', async () => {
  expect(operationOf(post('CountBackups', {}))).toBe('CountBackups');
  expect(await answerTo({ TableName: 'Music' })).toEqual({ status: 200, answer: { Count: 3 } });
});

test('an operation added by the walk is available at the paths of its description and at no other', async () => {
  expect(await answerTo({ TableName: 'Music' }, '/read/Music')).toMatchObject({ status: 200 });
  expect(await answerTo({ TableName: 'Music' }, '/backup/Music')).toEqual({
    status: 400,
    answer: {
      __type: 'com.amazon.coral.service#AccessDeniedException',
      Message: 'CountBackups is not served at /backup/{table}, but at / and /read/{table}',
    },
  });
});

test('an operation added by the walk is refused at the path of another table', async () => {
  expect(await answerTo({ TableName: 'Lyrics' }, '/read/Music')).toEqual({
    status: 400,
    answer: {
      __type: 'com.amazon.coral.service#AccessDeniedException',
      Message: 'TableName is not of the table of the path, Music',
    },
  });
});

test.each([
  [{}, "Value null at 'tableName' failed to satisfy constraint: Member must not be null"],
  [{ TableName: 'a' }, "Value 'a' at 'tableName' failed to satisfy constraint: Member must have length"],
])(
  'an operation added by the walk validates its members and rejects the request %j',
  async (body, violation) => {
    const { status, answer } = await answerTo(body);
    expect(status).toBe(400);
    expect(answer).toHaveProperty('message', expect.stringContaining(violation));
  },
);

test("an error of an operation added by the walk is rendered in DynamoDB's words", async () => {
  expect(await answerTo({ TableName: 'Lyrics' })).toEqual({
    status: 400,
    answer: {
      __type: 'com.amazonaws.dynamodb.v20120810#TableNotFoundException',
      message: 'Table not found: Lyrics',
    },
  });
});

test('the OpenAPI document has an operation added by the walk, at each of its paths', () => {
  const { paths, components } = createOpenApi(api);
  expect(Object.keys(paths as object).filter((path) => path.endsWith('.CountBackups'))).toEqual([
    '/#X-Amz-Target=DynamoDB_20120810.CountBackups',
    '/read/{table}#X-Amz-Target=DynamoDB_20120810.CountBackups',
  ]);
  expect(components).toMatchObject({
    schemas: {
      CountBackupsInput: { required: ['TableName'] },
      CountBackupsOutput: {
        properties: { Count: { type: 'integer', description: 'The number of backups.' } },
      },
    },
  });
});

test('the service model has an operation added by the walk, with its errors', () => {
  expect(createServiceModel(api)).toMatchObject({
    operations: {
      CountBackups: {
        documentation: 'Counts the backups of a table.',
        input: { shape: 'CountBackupsInput' },
        output: { shape: 'CountBackupsOutput' },
        errors: expect.arrayContaining([{ shape: 'TableNotFoundException' }]),
      },
    },
    shapes: { CountBackupsOutput: { members: { Count: { documentation: 'The number of backups.' } } } },
  });
});
