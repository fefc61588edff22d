import type { Json } from './http.ts';
import type { Wire } from './support.ts';

/** Defines attributes that are given as `name` or `name:type`. */
export const attributes = (...names: string[]) =>
  names.map((name) => ({ AttributeName: name.split(':')[0], AttributeType: name.split(':')[1] ?? 'S' }));

export const throughput = { ReadCapacityUnits: 3, WriteCapacityUnits: 4 };
export const globalIndexes = [
  {
    IndexName: 'by-other',
    KeySchema: [
      { AttributeName: 'other', KeyType: 'HASH' },
      { AttributeName: 'rank', KeyType: 'RANGE' },
    ],
    Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['note'] },
    ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 2 },
  },
  {
    IndexName: 'by-sort',
    KeySchema: [{ AttributeName: 'sort', KeyType: 'HASH' }],
    Projection: { ProjectionType: 'ALL' },
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
  },
];
export const localIndex = {
  IndexName: 'local',
  KeySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'other', KeyType: 'RANGE' },
  ],
  Projection: { ProjectionType: 'KEYS_ONLY' },
};
export const sorted = {
  AttributeDefinitions: attributes('id', 'sort:B', 'other', 'rank:N'),
  KeySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'sort', KeyType: 'RANGE' },
  ],
};
export const provisioned = {
  ...sorted,
  BillingMode: 'PROVISIONED',
  ProvisionedThroughput: throughput,
  GlobalSecondaryIndexes: globalIndexes,
};
export const withLocalIndex = {
  ...sorted,
  AttributeDefinitions: attributes('id', 'sort:B', 'other'),
  LocalSecondaryIndexes: [localIndex],
};

/** Writes the items `from` to `to` - 1, which fit each of these tables. */
export async function fill(
  wire: Wire,
  TableName: string,
  from: number,
  to: number,
  note = 'first',
): Promise<void> {
  for (let n = from; n < to; n++) {
    const Item = {
      id: { S: `item-${n % 7}` },
      sort: { B: Buffer.from([0, n]).toString('base64') },
      other: { S: `other ${n % 3}` },
      rank: { N: `${n}.5` },
      note: { S: note },
      more: { L: [{ NULL: true }, { NS: ['1', '2'] }, { M: { '': { B: '' } } }] },
    };
    await wire.ok('PutItem', { TableName, Item });
  }
}

/** Describes a table without the members that differ between a table and its copy. */
export async function describeShape(wire: Wire, TableName: string): Promise<Json> {
  const table = await wire.waitUntilActive(TableName);
  const compared = [
    'KeySchema',
    'AttributeDefinitions',
    'BillingModeSummary',
    'ProvisionedThroughput',
    'GlobalSecondaryIndexes',
    'LocalSecondaryIndexes',
    'StreamSpecification',
    'TableClassSummary',
    'DeletionProtectionEnabled',
    'TableStatus',
  ];
  const own = new Set([
    'NumberOfDecreasesToday',
    'IndexArn',
    'IndexSizeBytes',
    'ItemCount',
    'LastUpdateToPayPerRequestDateTime',
  ]);
  const text = JSON.stringify(
    Object.fromEntries(compared.map((name) => [name, table[name]])),
    (name, value: unknown) => {
      if (own.has(name) || name.endsWith('DateTime')) return undefined;
      if (!Array.isArray(value)) return value;
      const members = (value as unknown[]).map((member) =>
        // The embedded database accepts an index's throughput and does not keep it.
        name === 'GlobalSecondaryIndexes'
          ? { ...(member as Json), ProvisionedThroughput: undefined }
          : member,
      );
      return members.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    },
  );
  return JSON.parse(text) as Json;
}
