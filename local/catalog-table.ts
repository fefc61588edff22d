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

/** The name of the catalog's table, which is in the same database as the application's tables. */
export const catalogTable = 'tidemark-catalog';

/** How long to wait for the table, in seconds: DynamoDB takes some seconds, the embedded database none. */
const wait = { maxWaitTime: 60, minDelay: 1 };

/** Creates the catalog's table as the stack does, unless it exists. Returns its ARN. */
export async function createCatalog(client: DynamoDBClient, name = catalogTable): Promise<string> {
  const table = { TableName: name };
  try {
    await client.send(
      new CreateTableCommand({
        ...table,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: createKeySchema('pk', 'sk'),
        AttributeDefinitions: ['pk', 'sk', index.partition, index.sort].map((attribute) => ({
          AttributeName: attribute,
          AttributeType: 'S',
        })),
        GlobalSecondaryIndexes: [
          {
            IndexName: index.name,
            KeySchema: createKeySchema(index.partition, index.sort),
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      }),
    );
  } catch (error) {
    if (!isServiceError(error, 'ResourceInUseException')) throw error;
  }
  await waitUntilTableExists({ client, ...wait }, table);
  await enableExpiry(client, name);
  const { Table } = await client.send(new DescribeTableCommand(table));
  return String(Table?.TableArn);
}

/** Makes the database delete expired records. */
async function enableExpiry(client: DynamoDBClient, name: string): Promise<void> {
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

function createKeySchema(partition: string, sort: string): KeySchemaElement[] {
  return [
    { AttributeName: partition, KeyType: 'HASH' },
    { AttributeName: sort, KeyType: 'RANGE' },
  ];
}
