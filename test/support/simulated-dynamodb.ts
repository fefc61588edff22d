import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { itemOf, type SimulatedTable, slotOf } from './sources/simulated-stream.ts';

/** Small pages, so that much happens between the reading of two items. */
const itemsPerPage = 2;

/** Creates a client that answers the calls about the table and its items from the model. */
export function createSimulatedDynamodb(table: SimulatedTable): DynamoDBClient {
  // The SDK's paginators accept only a client of their own class.
  const client = new DynamoDBClient({ region: 'us-east-1' });
  return Object.assign(client, {
    send(command: object): Promise<object> {
      if (table.status === undefined)
        return Promise.reject(new ResourceNotFoundException({ message: 'no such table', $metadata: {} }));
      if (command instanceof DescribeTableCommand) return Promise.resolve({ Table: describeTable(table) });
      if (command instanceof DescribeTimeToLiveCommand) return Promise.resolve({});
      if (command instanceof ScanCommand) return Promise.resolve(scanPage(table, command.input));
      return Promise.reject(new Error('no such call'));
    },
  });
}

function describeTable(table: SimulatedTable): object {
  return {
    TableName: table.name,
    TableArn: `arn:aws:dynamodb:us-east-1:111122223333:table/${table.name}`,
    TableId: 'simulated-0001',
    TableStatus: table.status,
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    LatestStreamArn: table.streams.at(-1)?.arn,
    ...(table.stream && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  };
}

/** Returns a page of the table's current items after the start key, in the order of the keys' slots. */
export function scanPage(table: SimulatedTable, input: ScanCommand['input']): object {
  if (input.ConsistentRead !== true) throw new Error('a scan must be consistent');
  table.meanwhile();
  const { Segment: segment = 0, TotalSegments: segments = 1 } = input;
  const start = input.ExclusiveStartKey?.['pk']?.S;
  const after = start === undefined ? -1 : slotOf(Number(start.slice(1)));
  const rest = [...table.content]
    .filter(([key]) => slotOf(key) > after && slotOf(key) % segments === segment)
    .toSorted(([a], [b]) => slotOf(a) - slotOf(b));
  const page = rest.slice(0, itemsPerPage);
  const last = page.at(-1);
  return {
    Items: page.map(([key, value]) => itemOf(key, value)),
    ...(last && page.length < rest.length && { LastEvaluatedKey: { pk: { S: `k${last[0]}` } } }),
  };
}
