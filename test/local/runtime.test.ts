import {
  CreateBackupCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeBackupCommand,
  DescribeTableCommand,
  GetItemCommand,
  ListBackupsCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  RestoreTableFromBackupCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { describe, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../lambda/runtime/logger.ts';
import { startDatabase } from '../../local/dynamodb/embedded-database.ts';
import type { Runtime } from '../../local/runtime.ts';
import {
  createClients,
  createTable,
  fill,
  readItems,
  startTestRuntime,
  createTemporaryFolder,
} from '../support/local/support.ts';

async function backUp({ url, executions }: Runtime, table: string): Promise<string> {
  const { dynamodb } = createClients(url);
  const made = await dynamodb.send(new CreateBackupCommand({ TableName: table, BackupName: 'nightly' }));
  expect(made.BackupDetails?.BackupStatus).toBe('CREATING');
  await executions.idle();
  return String(made.BackupDetails?.BackupArn);
}

async function restore({ url, executions }: Runtime, arn: string, target: string): Promise<void> {
  const { dynamodb } = createClients(url);
  const command = new RestoreTableFromBackupCommand({ BackupArn: arn, TargetTableName: target });
  expect((await dynamodb.send(command)).TableDescription?.TableStatus).toBe('CREATING');
  await executions.idle();
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: target }));
  expect(Table).toMatchObject({
    TableStatus: 'ACTIVE',
    RestoreSummary: { SourceBackupArn: arn, RestoreInProgress: false },
  });
}

async function statusOf({ url }: Runtime, arn: string): Promise<string | undefined> {
  const { BackupDescription } = await createClients(url).dynamodb.send(
    new DescribeBackupCommand({ BackupArn: arn }),
  );
  return BackupDescription?.BackupDetails?.BackupStatus;
}

describe('an application that uses the runtime as its DynamoDB', () => {
  test('puts, queries and transacts items', async () => {
    const { dynamodb } = createClients((await startTestRuntime(await createTemporaryFolder())).url);
    await createTable(dynamodb, 'orders');
    await dynamodb.send(new PutItemCommand({ TableName: 'orders', Item: { id: { S: 'é' }, n: { N: '1' } } }));
    const put = (id: string) => ({ Put: { TableName: 'orders', Item: { id: { S: id } } } });
    await dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [put('a'), put('b')] }));
    await fill(dynamodb, 'orders', 30);
    const found = await dynamodb.send(new GetItemCommand({ TableName: 'orders', Key: { id: { S: 'é' } } }));
    expect(found.Item).toEqual({ id: { S: 'é' }, n: { N: '1' } });
    const { Count } = await dynamodb.send(
      new QueryCommand({
        TableName: 'orders',
        KeyConditionExpression: 'id = :id',
        ExpressionAttributeValues: { ':id': { S: 'b' } },
      }),
    );
    expect(Count).toBe(1);
    expect(await readItems(dynamodb, 'orders')).toHaveLength(33);
    const conditional = new PutItemCommand({
      TableName: 'orders',
      Item: { id: { S: 'a' } },
      ConditionExpression: 'attribute_not_exists(id)',
    });
    await expect(dynamodb.send(conditional)).rejects.toThrow('conditional request failed');
  });

  test('reads the stream that it enables on a table', async () => {
    const { dynamodb, streams } = createClients((await startTestRuntime(await createTemporaryFolder())).url);
    await createTable(dynamodb, 'orders', {
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    await fill(dynamodb, 'orders', 1);
    const { Streams = [] } = await streams.send(new ListStreamsCommand({ TableName: 'orders' }));
    const StreamArn = Streams[0]?.StreamArn;
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    expect(StreamDescription?.StreamViewType).toBe('NEW_AND_OLD_IMAGES');
    const { ShardIterator } = await streams.send(
      new GetShardIteratorCommand({
        StreamArn,
        ShardId: StreamDescription?.Shards?.[0]?.ShardId,
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    );
    const { Records } = await streams.send(new GetRecordsCommand({ ShardIterator }));
    expect(Records?.map((record) => record.dynamodb?.Keys?.['id']?.S)).toEqual(['item-0']);
  });

  test('does not see the catalog among its tables', async () => {
    const { dynamodb } = createClients((await startTestRuntime(await createTemporaryFolder())).url);
    await createTable(dynamodb, 'orders');
    expect((await dynamodb.send(new ListTablesCommand({}))).TableNames).toEqual(['orders']);
  });
});

describe('backups of the runtime', () => {
  test('restore the content of the table', async () => {
    const runtime = await startTestRuntime(await createTemporaryFolder());
    const { dynamodb } = createClients(runtime.url);
    await createTable(dynamodb, 'orders');
    await fill(dynamodb, 'orders', 60);
    const before = await readItems(dynamodb, 'orders');
    const first = await backUp(runtime, 'orders');
    await fill(dynamodb, 'orders', 20, 'changed');
    await dynamodb.send(new DeleteItemCommand({ TableName: 'orders', Key: { id: { S: 'item-30' } } }));
    const second = await backUp(runtime, 'orders');
    expect([await statusOf(runtime, first), await statusOf(runtime, second)]).toEqual([
      'AVAILABLE',
      'AVAILABLE',
    ]);
    await restore(runtime, first, 'first');
    await restore(runtime, second, 'second');
    expect(await readItems(dynamodb, 'first')).toEqual(before);
    expect(await readItems(dynamodb, 'second')).toEqual(await readItems(dynamodb, 'orders'));
  });

  test('hold the table’s content if the table is deleted after the request', async () => {
    const runtime = await startTestRuntime(await createTemporaryFolder());
    const { dynamodb } = createClients(runtime.url);
    await createTable(dynamodb, 'orders');
    await fill(dynamodb, 'orders', 2000);
    const before = await readItems(dynamodb, 'orders');
    const { BackupDetails } = await dynamodb.send(
      new CreateBackupCommand({ TableName: 'orders', BackupName: 'nightly' }),
    );
    await dynamodb.send(new DeleteTableCommand({ TableName: 'orders' }));
    await runtime.executions.idle();
    const backup = String(BackupDetails?.BackupArn);
    expect(await statusOf(runtime, backup)).toBe('AVAILABLE');
    await restore(runtime, backup, 'restored');
    expect(await readItems(dynamodb, 'restored')).toEqual(before);
  });

  test('exist after a restart, and so do the tables', async () => {
    const home = await createTemporaryFolder();
    const first = await startTestRuntime(home);
    await createTable(createClients(first.url).dynamodb, 'orders');
    await fill(createClients(first.url).dynamodb, 'orders', 40);
    const before = await readItems(createClients(first.url).dynamodb, 'orders');
    const arn = await backUp(first, 'orders');
    await first.close();

    const second = await startTestRuntime(home);
    const { dynamodb } = createClients(second.url);
    expect(await readItems(dynamodb, 'orders')).toEqual(before);
    const { BackupSummaries } = await dynamodb.send(new ListBackupsCommand({}));
    expect(BackupSummaries).toMatchObject([{ BackupArn: arn, BackupStatus: 'AVAILABLE' }]);
    await restore(second, arn, 'restored');
    expect(await readItems(dynamodb, 'restored')).toEqual(before);
  });

  test('are completed by the next runtime if the first one was closed', async () => {
    const home = await createTemporaryFolder();
    const first = await startTestRuntime(home);
    await createTable(createClients(first.url).dynamodb, 'orders');
    await fill(createClients(first.url).dynamodb, 'orders', 500);
    const before = await readItems(createClients(first.url).dynamodb, 'orders');
    const { BackupDetails } = await createClients(first.url).dynamodb.send(
      new CreateBackupCommand({ TableName: 'orders', BackupName: 'nightly' }),
    );
    await first.close();

    const second = await startTestRuntime(home);
    await second.executions.idle();
    const arn = String(BackupDetails?.BackupArn);
    expect(await statusOf(second, arn)).toBe('AVAILABLE');
    await restore(second, arn, 'restored');
    expect(await readItems(createClients(second.url).dynamodb, 'restored')).toEqual(before);
  });
});

describe('the staging folders of ended backups and restores', () => {
  test('are swept by the next runtime, which ends only after its sweep', async () => {
    const home = await createTemporaryFolder();
    const first = await startTestRuntime(home);
    await createTable(createClients(first.url).dynamodb, 'orders');
    await fill(createClients(first.url).dynamodb, 'orders', 40);
    const before = await readItems(createClients(first.url).dynamodb, 'orders');
    const arn = await backUp(first, 'orders');
    const listStaged = () => Array.fromAsync(first.services.store.list('staging'));
    expect(await listStaged()).not.toEqual([]);
    await first.close();

    await (await startTestRuntime(home)).close();
    expect(await listStaged()).toEqual([]);
    const third = await startTestRuntime(home);
    await restore(third, arn, 'restored');
    expect(await readItems(createClients(third.url).dynamodb, 'restored')).toEqual(before);
  });
});

describe('a DynamoDB other than the embedded one', () => {
  test('is used if the caller passes its address', async () => {
    const database = await startDatabase(await createTemporaryFolder(), silentLog);
    onTestFinished(() => database.close());
    const runtime = await startTestRuntime(await createTemporaryFolder(), {
      dynamodbEndpoint: database.endpoint,
    });
    await createTable(createClients(runtime.url).dynamodb, 'orders');
    const { TableNames } = await createClients(database.endpoint).dynamodb.send(new ListTablesCommand({}));
    expect(TableNames).toEqual(['orders', 'tidemark-catalog']);
  });

  test('is named in the error if it does not answer, and the failed start leaves nothing running', async () => {
    const home = await createTemporaryFolder();
    await expect(startTestRuntime(home, { dynamodbEndpoint: 'http://127.0.0.1:1' })).rejects.toThrow(
      /^No DynamoDB is ready at http:\/\/127\.0\.0\.1:1 .*ECONNREFUSED/,
    );
    await expect(startTestRuntime(home)).resolves.toHaveProperty('url');
  });
});

test('an export of a table without a stream enables the stream together with recovery', async () => {
  const { url, operations, executions } = await startTestRuntime(await createTemporaryFolder());
  const { dynamodb } = createClients(url);
  await createTable(dynamodb, 'orders', { StreamSpecification: { StreamEnabled: false } });
  await fill(dynamodb, 'orders', 5);
  const { id } = await operations.createBackup({ table: 'orders', name: 'exported', source: 'export' });
  await executions.idle();
  const backup = await operations.describeBackup({ table: 'orders', id });
  expect([backup.status, backup.reason, backup.source]).toEqual(['AVAILABLE', undefined, 'export']);
  expect(backup.figures?.items).toBe(5);
});
