import {
  type QueryCommandInput,
  TransactionCanceledException,
  type TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { CatalogTable } from '../../lambda/catalog/catalog-table.ts';
import { createAnsweringClient } from '../support/answering-client.ts';

/** A catalog table whose calls the test answers. */
function createTable(answer: (input: object) => object): CatalogTable {
  return new CatalogTable(createAnsweringClient(answer), 'catalog', { now: () => 0, sleep: async () => {} });
}

describe('a transaction', () => {
  it('is repeated with the same token after a conflict, because an attempt whose answer was lost may have succeeded', async () => {
    const tokens: unknown[] = [];
    const table = createTable((input) => {
      tokens.push((input as TransactWriteItemsCommandInput).ClientRequestToken);
      if (tokens.length > 1) return {};
      const reasons = [{ Code: 'TransactionConflict' }];
      throw new TransactionCanceledException({ message: '', $metadata: {}, CancellationReasons: reasons });
    });
    expect(await table.transact([{ Delete: { Key: { pk: 'a', sk: 'b' } } }])).toBeUndefined();
    expect(tokens).toEqual([expect.any(String), tokens[0]]);
  });
});

describe('a query of a partition', () => {
  it('is strongly consistent on each page, because the sweep decides on it', async () => {
    const queries: QueryCommandInput[] = [];
    const table = createTable((input) => {
      queries.push(input as QueryCommandInput);
      return queries.length === 1 ? { Items: [], LastEvaluatedKey: { pk: { S: 'a' } } } : { Items: [] };
    });
    const range = { pk: 'table', from: 'a', to: 'z' };
    for await (const _row of table.streamRange(range, 10));
    await table.queryRange(range, 10);
    expect(queries.map(({ ConsistentRead }) => ConsistentRead)).toEqual([true, true, true]);
  });
});
