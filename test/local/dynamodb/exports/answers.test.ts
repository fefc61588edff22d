import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  DeleteTableCommand,
  DescribeExportCommand,
  DescribeImportCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ExportNotFoundException,
  ExportTableToPointInTimeCommand,
  ImportTableCommand,
  ListExportsCommand,
  ListImportsCommand,
  ListTablesCommand,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it, onTestFinished } from 'vitest';
import { randomIds } from '../../../../lambda/runtime/ids.ts';
import { answerClient, answerExports } from '../../../../local/dynamodb/exports/answers.ts';
import type { EmbeddedExports } from '../../../../local/dynamodb/exports/embedded-exports.ts';
import { useDatabase } from '../../../support/database.ts';
import { createFilledTable, shape } from '../../../support/fixture.ts';
import { linesOf, setUp, tableOf } from './support.ts';
import { shiftClock } from '../../../support/simulated-clock.ts';

const database = useDatabase();

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Creates a client whose commands the exports answer before the client sends them. */
async function localClient(exports: EmbeddedExports): Promise<DynamoDBClient> {
  // Nothing listens at this address.
  const client = new DynamoDBClient({ endpoint: 'http://127.0.0.1:1', region: 'us-east-1', credentials });
  answerClient(client, exports);
  return client;
}

/** Creates a client of an endpoint that passes every call to the exports. */
async function remoteClient(exports: EmbeddedExports): Promise<DynamoDBClient> {
  const server = createServer((request, response) => {
    void (async () => {
      const target = String(request.headers['x-amz-target']);
      const answer = await answerExports(exports, target, await text(request));
      response.writeHead(answer?.status ?? 404, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(answer?.body);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return new DynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials });
}

describe.each([
  ['in the process', localClient],
  ['over the wire', remoteClient],
])("AWS's own client %s", (_where, clientOf) => {
  it('exports a table and imports the export', async () => {
    const { exports, store } = await setUp(database);
    const client = await clientOf(exports);
    const { arn: TableArn } = await tableOf(database, shape);
    const ExportTime = new Date();
    const { ExportDescription: begun } = await client.send(
      new ExportTableToPointInTimeCommand({ TableArn, S3Bucket: 'bucket', S3Prefix: 'p', ExportTime }),
    );
    expect(begun?.ExportStatus).toBe('IN_PROGRESS');
    await exports.idle();
    const { ExportDescription } = await client.send(
      new DescribeExportCommand({ ExportArn: begun?.ExportArn }),
    );
    expect(ExportDescription).toMatchObject({ ExportStatus: 'COMPLETED', ExportTime, ItemCount: 0 });
    expect(await linesOf(store, ExportDescription ?? {})).toEqual([]);
    const { ExportSummaries } = await client.send(new ListExportsCommand({ TableArn }));
    expect(ExportSummaries).toMatchObject([{ ExportArn: begun?.ExportArn, ExportStatus: 'COMPLETED' }]);
    const { ImportTableDescription: started } = await client.send(
      new ImportTableCommand({
        S3BucketSource: {
          S3Bucket: 'bucket',
          S3KeyPrefix: ExportDescription?.ExportManifest?.replace('manifest-summary.json', 'data/'),
        },
        InputFormat: 'DYNAMODB_JSON',
        InputCompressionType: 'GZIP',
        TableCreationParameters: {
          TableName: `imported-${randomIds.hex(12)}`,
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          BillingMode: 'PAY_PER_REQUEST',
        },
      }),
    );
    await exports.idle();
    const { ImportArn, TableArn: runImport } = started ?? {};
    const { ImportTableDescription } = await client.send(new DescribeImportCommand({ ImportArn }));
    expect(ImportTableDescription).toMatchObject({
      ImportStatus: 'COMPLETED',
      StartTime: started?.StartTime,
    });
    const { ImportSummaryList } = await client.send(new ListImportsCommand({ TableArn: runImport }));
    expect(ImportSummaryList).toMatchObject([{ ImportArn }]);
  });

  it('does not find a table that is being imported, and cannot delete it', async () => {
    const set = await setUp(database, { minJobMs: 3_600_000 });
    const { exports, store } = set;
    await store.put('in/data', Buffer.from('{"Item":{"id":{"S":"a"}}}\n'));
    const client = await clientOf(exports);
    const TableName = `imported-${randomIds.hex(12)}`;
    const { ImportTableDescription: begun } = await client.send(
      new ImportTableCommand({
        S3BucketSource: { S3Bucket: 'bucket', S3KeyPrefix: 'in/data' },
        InputFormat: 'DYNAMODB_JSON',
        TableCreationParameters: {
          TableName,
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          BillingMode: 'PAY_PER_REQUEST',
        },
      }),
    );
    await exports.idle();
    for (const name of [TableName, begun?.TableArn]) {
      const describing = client.send(new DescribeTableCommand({ TableName: name }));
      await expect(describing).rejects.toThrow(ResourceNotFoundException);
      const deleting = client.send(new DeleteTableCommand({ TableName: name }));
      await expect(deleting).rejects.toThrow(ResourceInUseException);
    }
    const later = await set.reopen({ clock: shiftClock(database.clock, 3_600_000) });
    for (const operation of ['DescribeTable', 'DeleteTable'])
      expect(
        await answerExports(later, `DynamoDB_20120810.${operation}`, JSON.stringify({ TableName })),
      ).toBe(undefined);
  });

  it('throws the SDK’s exceptions for rejected exports and imports', async () => {
    const { exports } = await setUp(database);
    const client = await clientOf(exports);
    const ExportArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/t/export/01700000000000-00000000';
    const unknown = client.send(new DescribeExportCommand({ ExportArn }));
    await expect(unknown).rejects.toThrow(ExportNotFoundException);
    const wrong = client.send(new ListExportsCommand({ MaxResults: 0 }));
    await expect(wrong).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('a call of the embedded exports', () => {
  it('is left to the database if it is for another operation', async () => {
    const { exports } = await setUp(database);
    expect(await answerExports(exports, 'DynamoDB_20120810.ListTables', '{}')).toBeUndefined();
    const table = await createFilledTable(database, 0);
    answerClient(database.dynamodb, exports);
    const { TableNames } = await database.dynamodb.send(new ListTablesCommand({}));
    expect(TableNames).toContain(table);
  });

  it.each([
    ['no JSON', '{', 'SerializationException'],
    ['a member of another type', '{"TableArn":1}', 'SerializationException'],
    ['a missing member', '{}', 'ValidationException'],
  ])('is rejected with %s', async (_what, body, name) => {
    const { exports } = await setUp(database);
    const answer = await answerExports(exports, 'DynamoDB_20120810.ExportTableToPointInTime', body);
    expect(answer?.status).toBe(400);
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({
      __type: `com.amazonaws.dynamodb.v20120810#${name}`,
    });
  });

  it('is answered with times in epoch seconds', async () => {
    const { exports } = await setUp(database);
    const { arn: TableArn } = await tableOf(database, shape);
    const ExportTime = Math.floor(database.clock.now() / 1000);
    const body = JSON.stringify({ TableArn, S3Bucket: 'bucket', ExportTime });
    const answer = await answerExports(exports, 'DynamoDB_20120810.ExportTableToPointInTime', body);
    const { ExportDescription } = JSON.parse(answer?.body ?? '') as {
      ExportDescription: Record<string, number>;
    };
    expect(ExportDescription['ExportTime']).toBe(ExportTime);
    expect(ExportDescription['StartTime']).toBeGreaterThanOrEqual(ExportTime);
    expect(ExportDescription['StartTime']).toBeLessThan(ExportTime + 60);
  });
});
