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
import { createFilledTable, shape } from '../fixture.ts';
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

const defineAttribute = (AttributeName: string, AttributeType: 'S' | 'N'): AttributeDefinition => ({
  AttributeName,
  AttributeType,
});

/** Creates a provisioned table with every setting that a restore may or may not restore. */
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
        defineAttribute('pk', 'S'),
        defineAttribute('sk', 'N'),
        defineAttribute('local', 'S'),
        defineAttribute('global', 'S'),
        defineAttribute('second', 'N'),
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

/**
 * Creates a table whose `late-index` is younger than its items. In one item, an attribute has another type than the
 * index's key.
 */
export async function createLateIndexedTable(database: TestDatabase): Promise<string> {
  const table = await createFilledTable(database, 3);
  await putItem(database.dynamodb, table, { ...nthKey(shape, 9), late: { N: '5' } });
  await putItem(database.dynamodb, table, { ...nthKey(shape, 10), late: { S: 'of the right type' } });
  await database.dynamodb.send(
    new UpdateTableCommand({
      TableName: table,
      AttributeDefinitions: [
        defineAttribute('pk', 'S'),
        defineAttribute('sk', 'N'),
        defineAttribute('late', 'S'),
      ],
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

/** Returns the settings of a table that every restore without overrides keeps. */
export function settingsOf(table: TableDescription) {
  return {
    keys: table.KeySchema,
    attributes: table.AttributeDefinitions?.map((definition) => definition.AttributeName).toSorted(),
    throughput: [
      table.ProvisionedThroughput?.ReadCapacityUnits,
      table.ProvisionedThroughput?.WriteCapacityUnits,
    ],
    local: indexesOf(table.LocalSecondaryIndexes),
    global: indexesOf(table.GlobalSecondaryIndexes),
  };
}

/** Returns keys and projections of indexes by name. */
function indexesOf(list: readonly LocalSecondaryIndexDescription[] = []) {
  return Object.fromEntries(
    list.map(({ IndexName, KeySchema, Projection }) => [IndexName, { KeySchema, Projection }]),
  );
}
