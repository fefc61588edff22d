import {
  type AttributeDefinition,
  CreateTableCommand,
  DescribeTableCommand,
  type GlobalSecondaryIndex,
  type LocalSecondaryIndex,
  type LocalSecondaryIndexDescription,
  type TableDescription,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { TestDatabase } from '../database.ts';
import { newTable, shape } from '../fixture.ts';
import { nthKey, putItem } from '../tables.ts';

export const throughput = { ReadCapacityUnits: 7, WriteCapacityUnits: 9 };

const localIndex: LocalSecondaryIndex = {
  IndexName: 'local-index',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'local', KeyType: 'RANGE' },
  ],
  Projection: { ProjectionType: 'ALL' },
};

export const globalIndex: GlobalSecondaryIndex = {
  IndexName: 'global-index',
  KeySchema: [{ AttributeName: 'global', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'KEYS_ONLY' },
  ProvisionedThroughput: throughput,
};

export const secondIndex: GlobalSecondaryIndex = {
  IndexName: 'second-index',
  KeySchema: [
    { AttributeName: 'global', KeyType: 'HASH' },
    { AttributeName: 'second', KeyType: 'RANGE' },
  ],
  Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['a', 'b'] },
  ProvisionedThroughput: throughput,
};

const attribute = (AttributeName: string, AttributeType: 'S' | 'N'): AttributeDefinition => ({
  AttributeName,
  AttributeType,
});

/** A provisioned table with everything that a restore gives back or leaves off. */
export async function createRichTable({ dynamodb }: TestDatabase, name: string): Promise<void> {
  await dynamodb.send(
    new CreateTableCommand({
      TableName: name,
      ProvisionedThroughput: throughput,
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        attribute('pk', 'S'),
        attribute('sk', 'N'),
        attribute('local', 'S'),
        attribute('global', 'S'),
        attribute('second', 'N'),
      ],
      LocalSecondaryIndexes: [localIndex],
      GlobalSecondaryIndexes: [globalIndex, secondIndex],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
      DeletionProtectionEnabled: true,
    }),
  );
  await dynamodb.send(
    new UpdateTimeToLiveCommand({
      TableName: name,
      TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires' },
    }),
  );
}

/** A table whose `late-index` is younger than its items; one of them has another type in its key, and is not in it. */
export async function createLateIndexedTable(database: TestDatabase): Promise<string> {
  const table = await newTable(database, 3);
  await putItem(database.dynamodb, table, { ...nthKey(shape, 9), late: { N: '5' } });
  await putItem(database.dynamodb, table, { ...nthKey(shape, 10), late: { S: 'of the right type' } });
  await database.dynamodb.send(
    new UpdateTableCommand({
      TableName: table,
      AttributeDefinitions: [attribute('pk', 'S'), attribute('sk', 'N'), attribute('late', 'S')],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: 'late-index',
            KeySchema: [{ AttributeName: 'late', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        },
      ],
    }),
  );
  return table;
}

export async function describeTable(
  { dynamodb }: Pick<TestDatabase, 'dynamodb'>,
  name: string,
): Promise<TableDescription> {
  return (await dynamodb.send(new DescribeTableCommand({ TableName: name }))).Table ?? {};
}

/** What any restore without overrides keeps the same of a table. */
export function settingsOf(table: TableDescription) {
  return {
    keys: table.KeySchema,
    attributes: table.AttributeDefinitions?.map((definition) => definition.AttributeName).toSorted(),
    throughput: [
      table.ProvisionedThroughput?.ReadCapacityUnits,
      table.ProvisionedThroughput?.WriteCapacityUnits,
    ],
    local: indexes(table.LocalSecondaryIndexes),
    global: indexes(table.GlobalSecondaryIndexes),
  };
}

/** Indexes by name, each with its key and projection. */
function indexes(list: readonly LocalSecondaryIndexDescription[] = []) {
  return Object.fromEntries(
    list.map(({ IndexName, KeySchema, Projection }) => [IndexName, { KeySchema, Projection }]),
  );
}
