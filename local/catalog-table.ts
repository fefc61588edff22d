import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { index, ttlAttribute } from '../lambda/catalog/schema.ts';
import { isServiceError } from '../lambda/runtime/errors.ts';

/** The catalog's table, beside the application's own tables. */
export const catalogTable = 'tidemark-catalog';

/** DynamoDB makes a table within seconds, the embedded one at once. */
const wait = { maxWaitTime: 60, minDelay: 1 };

/** Makes the catalog's table if it is missing, as the stack makes it. Answers its ARN. */
export async function createCatalog(client: DynamoDBClient, name = catalogTable): Promise<string> {
  const table = { TableName: name };
  try {
    await client.send(
      new CreateTableCommand({
        ...table,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: keySchema('pk', 'sk'),
        AttributeDefinitions: ['pk', 'sk', index.partition, index.sort].map((attribute) => ({
          AttributeName: attribute,
          AttributeType: 'S',
        })),
        GlobalSecondaryIndexes: [
          {
            IndexName: index.name,
            KeySchema: keySchema(index.partition, index.sort),
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      }),
    );
  } catch (error) {
    if (!isServiceError(error, 'ResourceInUseException')) throw error;
  }
  await waitUntilTableExists({ client, ...wait }, table);
  await removeOldRecords(client, name);
  const { Table } = await client.send(new DescribeTableCommand(table));
  return String(Table?.TableArn);
}

async function removeOldRecords(client: DynamoDBClient, name: string): Promise<void> {
  const table = { TableName: name };
  const { TimeToLiveDescription: ttl } = await client.send(new DescribeTimeToLiveCommand(table));
  if (ttl?.TimeToLiveStatus === 'ENABLED') return;
  await client.send(
    new UpdateTimeToLiveCommand({
      ...table,
      TimeToLiveSpecification: { Enabled: true, AttributeName: ttlAttribute },
    }),
  );
}

function keySchema(partition: string, sort: string): KeySchemaElement[] {
  return [
    { AttributeName: partition, KeyType: 'HASH' },
    { AttributeName: sort, KeyType: 'RANGE' },
  ];
}
