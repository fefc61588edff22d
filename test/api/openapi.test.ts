import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { apiOperations } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { formsOf } from '../../lambda/dialects/dynamodb/paths.ts';
import { document } from './schemas.ts';

test('the OpenAPI document is valid OpenAPI 3.1', async () => {
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
});

describe('the OpenAPI document', () => {
  const { paths: described } = document as { paths: Record<string, { post: { operationId: string } }> };

  test('has one path for each operation at each path of the endpoint that accepts it', () => {
    const served = apiOperations.flatMap((operation) =>
      formsOf(operation).map((form) => `${form}#X-Amz-Target=DynamoDB_20120810.${operation.name}`),
    );
    expect(Object.keys(described).toSorted()).toEqual(served.toSorted());
  });

  test('has a unique id for each operation and path', () => {
    const ids = Object.values(described).map(({ post }) => post.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining(['CreateBackup', 'CreateBackupAtBackup', 'GetBackupItemAtRead']),
    );
  });
});
