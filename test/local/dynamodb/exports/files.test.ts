import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { DeleteTableCommand, type ExportDescription, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../../../lambda/storage/object-store.ts';
import { useDatabase } from '../../../support/database.ts';
import { shape } from '../../../support/fixture.ts';
import { createTable, nthKey, putItem } from '../../../support/tables.ts';
import { beginSecond, runExport, jsonOf, linesOf, setUp, tableOf } from './support.ts';

const database = useDatabase();

const streamed = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const;

interface DataFile {
  readonly itemCount: number;
  readonly md5Checksum: string;
  readonly etag: string;
  readonly dataFileS3Key: string;
}

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('base64');

async function keysIn(store: ObjectStore, folder: string): Promise<string[]> {
  const keys = [];
  for await (const { key } of store.list(folder)) keys.push(key);
  return keys.sort();
}

async function manifestOf(store: ObjectStore, folder: string): Promise<DataFile[]> {
  const text = Buffer.from(await store.get(`${folder}/manifest-files.json`)).toString();
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as DataFile);
}

async function exportOf(prefix: string | undefined, items = 30) {
  const { exports, store } = await setUp(database);
  const { name, arn } = await tableOf(database, shape);
  const from = new Date(beginSecond(database) * 1000);
  for (let n = 0; n < items; n++) await putItem(database.dynamodb, name, nthKey(shape, n));
  beginSecond(database);
  const input = { TableArn: arn, ...(prefix !== undefined && { S3Prefix: prefix }) };
  const full = await runExport(exports, { ...input, ExportTime: new Date(database.clock.now()) });
  const IncrementalExportSpecification = { ExportFromTime: from };
  const incremental = await runExport(exports, {
    ...input,
    ExportType: 'INCREMENTAL_EXPORT',
    IncrementalExportSpecification,
  });
  return { store, full, incremental };
}

const idOf = ({ ExportArn = '' }: ExportDescription): string =>
  ExportArn.slice(ExportArn.lastIndexOf('/') + 1);

describe('the files of an export', () => {
  it('are in the places, and have the counts and checksums, that its manifests list', async () => {
    const { store, full, incremental } = await exportOf('some/prefix');
    for (const description of [full, incremental]) {
      const folder = `some/prefix/AWSDynamoDB/${idOf(description)}`;
      expect(description.ExportManifest).toBe(`${folder}/manifest-summary.json`);
      expect(await store.get(`${folder}/_started`)).toHaveLength(0);
      for (const name of ['manifest-summary', 'manifest-files']) {
        const checksum = Buffer.from(await store.get(`${folder}/${name}.md5`)).toString();
        expect(checksum).toBe(md5(await store.get(`${folder}/${name}.json`)));
      }
      const files = await manifestOf(store, folder);
      expect(files).toHaveLength(4);
      for (const { itemCount, md5Checksum, etag, dataFileS3Key } of files) {
        const bytes = await store.get(dataFileS3Key);
        expect(md5Checksum).toBe(md5(bytes));
        expect(etag).toMatch(/^[0-9a-f]{32}-1$/);
        expect(gunzipSync(bytes).toString().split('\n')).toHaveLength(itemCount + 1);
      }
      expect(files.reduce((sum, file) => sum + file.itemCount, 0)).toBe(30);
      expect(description.ItemCount).toBe(30);
    }
  });

  it('are in the export’s own folder if it is full, and in a shared folder if it is incremental', async () => {
    const { store, full, incremental } = await exportOf('p/');
    const own = await keysIn(store, `p/AWSDynamoDB/${idOf(full)}/data`);
    const shared = await keysIn(store, 'p/AWSDynamoDB/data');
    expect([own.length, shared.length]).toEqual([4, 4]);
    const named = await manifestOf(store, `p/AWSDynamoDB/${idOf(incremental)}`);
    expect(named.map((file) => file.dataFileS3Key).sort()).toEqual(shared);
    expect(shared.every((key) => /^p\/AWSDynamoDB\/data\/[0-9a-z]{26}\.json\.gz$/.test(key))).toBe(true);
  });

  it('are at the root of the bucket if there is no prefix', async () => {
    const { full } = await exportOf(undefined, 1);
    expect(full.ExportManifest).toBe(`AWSDynamoDB/${idOf(full)}/manifest-summary.json`);
  });

  it('exist, without lines, for an empty table too', async () => {
    const { store, full } = await exportOf('p', 0);
    const files = await manifestOf(store, `p/AWSDynamoDB/${idOf(full)}`);
    expect(files.map((file) => file.itemCount)).toEqual([0, 0, 0, 0]);
    expect(await linesOf(store, full)).toEqual([]);
  });
});

describe("the members of an export's summary", () => {
  it('are those of its version, with the values of the export’s description', async () => {
    const { store, full, incremental } = await exportOf('p', 3);
    const common = (description: ExportDescription) => ({
      exportArn: description.ExportArn,
      startTime: description.StartTime?.toISOString(),
      endTime: description.EndTime?.toISOString(),
      tableArn: description.TableArn,
      tableId: description.TableId,
      s3Bucket: 'bucket',
      s3Prefix: 'p',
      s3SseAlgorithm: 'AES256',
      s3SseKmsKeyId: null,
      manifestFilesS3Key: `p/AWSDynamoDB/${idOf(description)}/manifest-files.json`,
      billedSizeBytes: description.BilledSizeBytes,
      itemCount: 3,
      outputFormat: 'DYNAMODB_JSON',
    });
    expect(await jsonOf(store, String(full.ExportManifest))).toEqual({
      version: '2020-06-30',
      ...common(full),
      exportTime: full.ExportTime?.toISOString(),
    });
    const { ExportFromTime, ExportToTime } = incremental.IncrementalExportSpecification ?? {};
    expect(await jsonOf(store, String(incremental.ExportManifest))).toEqual({
      version: '2023-08-01',
      ...common(incremental),
      exportFromTime: ExportFromTime?.toISOString(),
      exportToTime: ExportToTime?.toISOString(),
      outputView: 'NEW_AND_OLD_IMAGES',
      exportType: 'INCREMENTAL_EXPORT',
    });
  });
});

describe('an export that cannot be written', () => {
  it('fails after its start with S3NoSuchBucket if there is no such bucket', async () => {
    const { exports } = await setUp(database);
    const { arn } = await tableOf(database, shape);
    expect(await runExport(exports, { TableArn: arn, S3Bucket: 'another' })).toMatchObject({
      ExportStatus: 'FAILED',
      FailureCode: 'S3NoSuchBucket',
    });
  });

  it('fails if the stream does not reach back to its time', async () => {
    const { exports } = await setUp(database);
    const { name, arn } = await tableOf(database, shape);
    const second = beginSecond(database);
    beginSecond(database);
    for (const next of [{ StreamEnabled: false }, streamed]) {
      await database.dynamodb.send(new UpdateTableCommand({ TableName: name, StreamSpecification: next }));
    }
    expect(await runExport(exports, { TableArn: arn, ExportTime: new Date(second * 1000) })).toMatchObject({
      ExportStatus: 'FAILED',
      FailureCode: 'InternalServerError',
      FailureMessage: expect.stringContaining('does not reach back') as string,
    });
  });

  it('is empty as of a time before its table was created', async () => {
    const { exports } = await setUp(database);
    const { name, arn } = await tableOf(database, shape);
    await putItem(database.dynamodb, name, nthKey(shape, 1));
    expect(
      await runExport(exports, { TableArn: arn, ExportTime: new Date(1_600_000_000_000) }),
    ).toMatchObject({
      ExportStatus: 'COMPLETED',
      ItemCount: 0,
    });
  });

  it('fails if its table was replaced after the start', async () => {
    const { name, arn } = await tableOf(database, shape);
    // The replacement happens between the description of the table and the job.
    const recovery = async () => {
      await database.dynamodb.send(new DeleteTableCommand({ TableName: name }));
      await createTable(database.dynamodb, name, shape);
      return { enabled: true, earliest: 0, latest: database.clock.now() };
    };
    const { exports } = await setUp(database, { recovery });
    expect(await runExport(exports, { TableArn: arn })).toMatchObject({
      ExportStatus: 'FAILED',
      FailureMessage: expect.stringContaining('no longer exists') as string,
    });
  });
});
