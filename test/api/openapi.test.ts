import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { apiOperations } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { isServedAt, paths } from '../../lambda/dialects/dynamodb/paths.ts';
import { document } from './schemas.ts';

test('the document is OpenAPI 3.1', async () => {
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
});

describe('each operation has one path for each path that serves it', () => {
  const { paths: described } = document as { paths: Record<string, { post: { operationId: string } }> };

  test('and no other', () => {
    const served = paths.flatMap((path) =>
      apiOperations
        .filter((operation) => isServedAt(path, operation))
        .map(({ name }) => `${path}#X-Amz-Target=DynamoDB_20120810.${name}`),
    );
    expect(Object.keys(described).toSorted()).toEqual(served.toSorted());
  });

  test('under an id of its own', () => {
    const ids = Object.values(described).map(({ post }) => post.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining(['CreateBackup', 'CreateBackupAtBackup', 'GetBackupItemAtRead']),
    );
  });
});
