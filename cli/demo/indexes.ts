import { DescribeTableCommand, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Content } from './content.ts';
import { byStatus, byTotal, type SdkItem, statuses } from './orders.ts';
import type { Proof } from './proof.ts';

/** The local index is asked for so many customers' orders. */
const customers = 20;

/** Whether both indexes are there and answer queries with as many items as the table's items give them. */
export async function proveIndexes(
  dynamodb: DynamoDBClient,
  table: string,
  content: Content,
): Promise<Proof> {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: table }));
  const there = [...(Table?.GlobalSecondaryIndexes ?? []), ...(Table?.LocalSecondaryIndexes ?? [])];
  const wanted = [
    { index: byStatus, counts: content.byStatus, values: [...statuses] },
    { index: byTotal, counts: content.byTotal, values: [...content.byTotal.keys()].slice(0, customers) },
  ];
  let items = 0;
  for (const { index, counts, values } of wanted) {
    const { name } = index;
    if (!there.some(({ IndexName }) => IndexName === name)) {
      return { held: false, detail: `the index ${name} is missing` };
    }
    for (const value of values) {
      const expected = counts.get(value) ?? 0;
      const found = await count(dynamodb, table, index, value);
      if (found !== expected) {
        return { held: false, detail: `${name} has ${found} items for ${value} instead of ${expected}` };
      }
      items += found;
    }
  }
  return { held: true, detail: `${items} items counted by queries of both indexes` };
}

async function count(
  dynamodb: DynamoDBClient,
  table: string,
  { name, partition }: { readonly name: string; readonly partition: string },
  value: string,
): Promise<number> {
  let items = 0;
  let next: SdkItem | undefined;
  do {
    const page = await dynamodb.send(
      new QueryCommand({
        TableName: table,
        IndexName: name,
        KeyConditionExpression: '#partition = :value',
        ExpressionAttributeNames: { '#partition': partition },
        ExpressionAttributeValues: { ':value': { S: value } },
        Select: 'COUNT',
        Limit: 1000,
        ...(next && { ExclusiveStartKey: next }),
      }),
    );
    items += page.Count ?? 0;
    next = page.LastEvaluatedKey;
  } while (next !== undefined);
  return items;
}
