import { DescribeTableCommand, type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import type { Content } from './content.ts';
import { byStatus, byTotal, statuses } from './orders.ts';
import type { Proof } from './proof.ts';

/** The number of customers whose orders are queried from the local index. */
const maxCustomers = 20;

/** Checks that both indexes exist, and that queries of them find as many items as the table's content has for each key. */
export async function proveIndexes(
  dynamodb: DynamoDBClient,
  table: string,
  content: Content,
): Promise<Proof> {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: table }));
  const existing = [...(Table?.GlobalSecondaryIndexes ?? []), ...(Table?.LocalSecondaryIndexes ?? [])];
  const expectations = [
    { index: byStatus, counts: content.byStatus, values: [...statuses] },
    { index: byTotal, counts: content.byTotal, values: [...content.byTotal.keys()].slice(0, maxCustomers) },
  ];
  let items = 0;
  for (const { index, counts, values } of expectations) {
    const { name } = index;
    if (!existing.some(({ IndexName }) => IndexName === name)) {
      return { passed: false, detail: `the index ${name} is missing` };
    }
    for (const value of values) {
      const expected = counts.get(value) ?? 0;
      const found = await countItems(dynamodb, table, index, value);
      if (found !== expected) {
        return { passed: false, detail: `${name} has ${found} items for ${value} instead of ${expected}` };
      }
      items += found;
    }
  }
  return { passed: true, detail: `${items} items counted by queries of both indexes` };
}

async function countItems(
  dynamodb: DynamoDBClient,
  table: string,
  { name, partition }: { readonly name: string; readonly partition: string },
  value: string,
): Promise<number> {
  let items = 0;
  const pages = paginateQuery(
    { client: dynamodb, pageSize: 1000 },
    {
      TableName: table,
      IndexName: name,
      KeyConditionExpression: '#partition = :value',
      ExpressionAttributeNames: { '#partition': partition },
      ExpressionAttributeValues: { ':value': { S: value } },
      Select: 'COUNT',
    },
  );
  for await (const page of pages) items += page.Count ?? 0;
  return items;
}
