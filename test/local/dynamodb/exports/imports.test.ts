import { gzipSync, zstdCompressSync } from 'node:zlib';
import {
  DescribeTableCommand,
  ImportConflictException,
  type ImportTableInput,
  ListTagsOfResourceCommand,
  QueryCommand,
  ResourceInUseException,
  type TableCreationParameters,
} from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomIds } from '../../../../lambda/runtime/ids.ts';
import type { ObjectStore } from '../../../../lambda/storage/object-store.ts';
import { useDatabase } from '../../../support/database.ts';
import {
  attributes,
  readTableContent,
  nthKey,
  putItem,
  type Shape,
  shapes,
} from '../../../support/tables.ts';
import { runExport, runImport, jsonOf, setUp, tableOf } from './support.ts';
import { shiftClock } from '../../../support/simulated-clock.ts';
import { scaleRuns } from '../../../support/scale.ts';

const database = useDatabase();

const simple: Shape = { hash: 'S', range: undefined };

function parametersOf(shape: Shape): TableCreationParameters & { TableName: string } {
  const range = shape.range === undefined ? [] : [['sk', 'RANGE', shape.range] as const];
  const keys = [['pk', 'HASH', shape.hash] as const, ...range];
  return {
    TableName: `imported-${randomIds.hex(12)}`,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keys.map(([AttributeName, KeyType]) => ({ AttributeName, KeyType })),
    AttributeDefinitions: keys.map(([AttributeName, , AttributeType]) => ({ AttributeName, AttributeType })),
  };
}

interface Request extends ImportTableInput {
  TableCreationParameters: TableCreationParameters & { TableName: string };
}

function request(more: Partial<Request> = {}): Request {
  return {
    S3BucketSource: { S3Bucket: 'bucket', S3KeyPrefix: 'in/data' },
    InputFormat: 'DYNAMODB_JSON',
    TableCreationParameters: parametersOf(simple),
    ...more,
  };
}

const line = (key: string, text = 'text'): string =>
  `${JSON.stringify({ Item: { text: { S: text }, pk: { S: key } } })}\n`;

const put = (store: ObjectStore, key: string, body: string | Uint8Array) => store.put(key, Buffer.from(body));

async function keysOf(table: string): Promise<string[]> {
  const content = await readTableContent(database.dynamodb, table);
  return [...content.keys()].map((key) => (JSON.parse(key) as { pk: { S: string } }).pk.S).sort();
}

describe('an import', () => {
  it('creates a table with the content of an export', async () => {
    const { exports, store } = await setUp(database);
    await fc.assert(
      fc.asyncProperty(shapes, fc.array(attributes, { maxLength: 40 }), async (shape, items) => {
        const table = await tableOf(database, shape);
        for (const [n, item] of items.entries()) {
          await putItem(database.dynamodb, table.name, { ...item, ...nthKey(shape, n) });
        }
        const { ExportManifest = '' } = await runExport(exports, { TableArn: table.arn, S3Prefix: 'p' });
        const { manifestFilesS3Key = '' } = await jsonOf(store, ExportManifest);
        const S3KeyPrefix = manifestFilesS3Key.replace('manifest-files.json', 'data/');
        const parameters = parametersOf(shape);
        const description = await runImport(exports, {
          S3BucketSource: { S3Bucket: 'bucket', S3KeyPrefix },
          InputFormat: 'DYNAMODB_JSON',
          InputCompressionType: 'GZIP',
          TableCreationParameters: parameters,
        });
        expect(description).toMatchObject({
          ImportStatus: 'COMPLETED',
          ErrorCount: 0,
          ProcessedItemCount: items.length,
          ImportedItemCount: items.length,
        });
        const content = await readTableContent(database.dynamodb, parameters.TableName);
        expect(content).toEqual(await readTableContent(database.dynamodb, table.name));
      }),
      { numRuns: scaleRuns(3) },
    );
  });

  const text = Buffer.from(line('a') + line('b') + line('c', 'line\u2028end'));
  const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  it.each([
    ['NONE', text],
    ['NONE', Buffer.from(`\n${text.toString().trim()}`)],
    ['GZIP', gzipSync(text)],
    ['GZIP', Buffer.concat([gzipSync(text.subarray(0, 50)), gzipSync(text.subarray(50))])],
    ['ZSTD', zstdCompressSync(text)],
    [
      'ZSTD',
      Buffer.concat([
        skippable,
        zstdCompressSync(text.subarray(0, 50)),
        skippable,
        zstdCompressSync(text.subarray(50)),
        skippable,
      ]),
    ],
  ] as const)('reads an object compressed with %s to its end', async (InputCompressionType, body) => {
    const { exports, store } = await setUp(database);
    await put(store, 'in/data/1', body);
    await put(store, 'in/data/2', '');
    const input = request({ InputCompressionType });
    expect(await runImport(exports, input)).toMatchObject({
      ImportStatus: 'COMPLETED',
      ImportedItemCount: 3,
    });
    const content = await readTableContent(database.dynamodb, input.TableCreationParameters.TableName);
    expect([...content.values()].join()).toContain('line\u2028end');
    expect(content.size).toBe(3);
  });

  it('reads every object whose key begins with the prefix', async () => {
    const { exports, store } = await setUp(database);
    for (const key of ['in/data', 'in/data2/x', 'in/data.json', 'in/other']) await put(store, key, line(key));
    const input = request();
    await runImport(exports, input);
    expect(await keysOf(input.TableCreationParameters.TableName)).toEqual([
      'in/data',
      'in/data.json',
      'in/data2/x',
    ]);
  });

  it('imports one item for each key, and builds the indexes', async () => {
    const { exports, store } = await setUp(database);
    await put(store, 'in/data', line('a', 'first') + line('b', 'shared') + line('a', 'shared'));
    const parameters = parametersOf(simple);
    const input = request({
      TableCreationParameters: {
        ...parameters,
        AttributeDefinitions: [
          ...(parameters.AttributeDefinitions ?? []),
          { AttributeName: 'text', AttributeType: 'S' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-text',
            KeySchema: [{ AttributeName: 'text', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      },
    });
    expect(await runImport(exports, input)).toMatchObject({
      ImportStatus: 'COMPLETED',
      ProcessedItemCount: 3,
    });
    const { Count } = await database.dynamodb.send(
      new QueryCommand({
        TableName: parameters.TableName,
        IndexName: 'by-text',
        KeyConditionExpression: '#text = :text',
        ExpressionAttributeNames: { '#text': 'text' },
        ExpressionAttributeValues: { ':text': { S: 'shared' } },
      }),
    );
    expect(Count).toBe(2);
  });

  it('creates the table only with settings that TableCreationParameters can describe', async () => {
    const { exports, store } = await setUp(database);
    await put(store, 'in/data', line('a'));
    const { TableCreationParameters: parameters, ...input } = request();
    const more = {
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
      DeletionProtectionEnabled: true,
      Tags: [{ Key: 'key', Value: 'value' }],
    };
    const description = await runImport(exports, {
      ...input,
      TableCreationParameters: { ...parameters, ...more },
    });
    expect(description.TableCreationParameters).toEqual(parameters);
    const { Table } = await database.dynamodb.send(
      new DescribeTableCommand({ TableName: parameters.TableName }),
    );
    expect(Table).not.toMatchObject({ DeletionProtectionEnabled: true });
    expect(Table?.TableClassSummary?.TableClass ?? 'STANDARD').toBe('STANDARD');
    const { Tags = [] } = await database.dynamodb.send(
      new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }),
    );
    expect(Tags).toEqual([]);
  });

  it('reports its counts in its description', async () => {
    const { exports, store } = await setUp(database);
    await put(store, 'in/data', line('a') + line('b'));
    const input = request({ ClientToken: 'token' });
    const description = await runImport(exports, input);
    const { Table } = await database.dynamodb.send(
      new DescribeTableCommand({ TableName: input.TableCreationParameters.TableName }),
    );
    expect(description).toEqual({
      ...input,
      ImportArn: expect.stringMatching(
        /^.*:table\/imported-[0-9a-f]+\/import\/\d{14}-[0-9a-f]{8}$/,
      ) as string,
      ImportStatus: 'COMPLETED',
      InputCompressionType: 'NONE',
      TableArn: Table?.TableArn,
      TableId: Table?.TableId,
      StartTime: expect.any(Date) as Date,
      EndTime: expect.any(Date) as Date,
      ErrorCount: 0,
      ProcessedSizeBytes: 2 * line('a').length,
      ProcessedItemCount: 2,
      ImportedItemCount: 2,
    });
    const { ImportSummaryList } = await exports.listImports({ TableArn: description.TableArn });
    expect(ImportSummaryList).toMatchObject([
      { ImportArn: description.ImportArn, ImportStatus: 'COMPLETED' },
    ]);
  });
});

describe('an import of a file with a bad line', () => {
  it.each([
    ['no JSON', '{"Item":'],
    ['no item', '{"Keys":{"pk":{"S":"a"}}}'],
    ['an item without its key', '{"Item":{"other":{"S":"a"}}}'],
    ['a key of another type', '{"Item":{"pk":{"N":"1"}}}'],
    ['an unknown type', '{"Item":{"pk":{"S":"a"},"x":{"X":"a"}}}'],
    ['a value that the table refuses', '{"Item":{"pk":{"S":""}}}'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('fails (%s) and leaves the good items in the table', async (_what, bad) => {
    const { exports, store } = await setUp(database);
    await put(store, 'in/data/1', line('a'));
    await put(store, 'in/data/2', bad);
    await put(store, 'in/data/3', line('b'));
    const input = request();
    expect(await runImport(exports, input)).toMatchObject({
      ImportStatus: 'FAILED',
      FailureCode: 'ItemValidationError',
      FailureMessage: expect.stringContaining('in/data/2') as string,
      ErrorCount: 1,
      ImportedItemCount: 2,
    });
    const table = input.TableCreationParameters.TableName;
    const { Table } = await database.dynamodb.send(new DescribeTableCommand({ TableName: table }));
    expect(Table?.TableStatus).toBe('ACTIVE');
    expect(await keysOf(table)).toEqual(['a', 'b']);
  });

  it('fails if an object is not compressed as the request says', async () => {
    const { exports, store } = await setUp(database);
    await put(store, 'in/data', gzipSync(line('a')));
    const description = await runImport(exports, request({ InputCompressionType: 'ZSTD' }));
    expect(description).toMatchObject({ ImportStatus: 'FAILED', ErrorCount: 1 });
  });
});

describe('an import that cannot be made', () => {
  it('is rejected if the table exists', async () => {
    const { exports, store } = await setUp(database);
    await put(store, 'in/data', line('a'));
    const input = request();
    await runImport(exports, input);
    await expect(exports.importTable(input)).rejects.toThrow(ResourceInUseException);
  });

  it('is rejected if its token belongs to another request; an equal request returns the same import until that has ended', async () => {
    const set = await setUp(database, { minJobMs: 3_600_000 });
    const { exports, store } = set;
    await put(store, 'in/data', line('a'));
    const input = request({ ClientToken: 'once' });
    const { ImportArn } = await runImport(exports, input);
    expect((await runImport(exports, input)).ImportArn).toBe(ImportArn);
    const other = { ...input, InputCompressionType: 'GZIP' as const };
    await expect(exports.importTable(other)).rejects.toThrow(ImportConflictException);
    const next = await set.reopen({ clock: shiftClock(database.clock, 3_600_000) });
    await expect(next.importTable(input)).rejects.toThrow(ResourceInUseException);
  });

  it('is rejected if the request describes no table', async () => {
    const { exports } = await setUp(database);
    const { TableName: _, ...nameless } = parametersOf(simple);
    const input = { ...request(), TableCreationParameters: nameless as TableCreationParameters };
    await expect(exports.importTable(input as ImportTableInput)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("'tableCreationParameters.tableName'") as string,
    });
  });

  it.each([
    ['CSV', { InputFormat: 'CSV' as const }],
    ['ION', { InputFormat: 'ION' as const }],
    ['options of CSV', { InputFormatOptions: { Csv: { Delimiter: ';' } } }],
    ['the whole bucket', { S3BucketSource: { S3Bucket: 'bucket' } }],
    ['a table without a key', { TableCreationParameters: { ...parametersOf(simple), KeySchema: [] } }],
  ])('is rejected for %s', async (_what, more) => {
    const { exports } = await setUp(database);
    await expect(exports.importTable(request(more))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('fails if the bucket does not exist or is empty', async () => {
    const { exports } = await setUp(database);
    const S3BucketSource = { S3Bucket: 'another', S3KeyPrefix: 'in/data' };
    const elsewhere = await runImport(exports, request({ S3BucketSource }));
    expect(elsewhere).toMatchObject({ ImportStatus: 'FAILED', FailureCode: 'S3NoSuchBucket' });
    const nothing = await runImport(exports, request());
    expect(nothing).toMatchObject({ ImportStatus: 'FAILED', FailureCode: 'S3NoSuchKey' });
  });

  it('an import reports its progress while its job runs', async () => {
    const { exports, store } = await setUp(database, { minJobMs: 3_600_000 });
    await put(store, 'in/data', line('a') + line('b'));
    expect(await runImport(exports, request())).toMatchObject({
      ImportStatus: 'IN_PROGRESS',
      ImportedItemCount: 2,
    });
  });
});

it('the next process completes an import whose process was killed', async () => {
  const set = await setUp(database);
  const { store } = set;
  await put(store, 'in/data', line('a') + line('b'));
  const killed = await set.reopen({
    buckets: new Map([['bucket', { ...store, get: () => new Promise(() => {}) }]]),
  });
  const input = request();
  const { ImportTableDescription: begun } = await killed.importTable(input);
  const next = await set.reopen();
  await next.idle();
  const { ImportTableDescription: end } = await next.describeImport({ ImportArn: begun?.ImportArn });
  expect(end).toMatchObject({ ImportStatus: 'COMPLETED', ImportedItemCount: 2, StartTime: begun?.StartTime });
  expect(await keysOf(input.TableCreationParameters.TableName)).toEqual(['a', 'b']);
});
