import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  DescribeTableCommand,
  type ExportDescription,
  type ExportTableToPointInTimeInput,
  type ImportTableDescription,
  type ImportTableInput,
} from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished } from 'vitest';
import type { Item } from '../../../../lambda/item/attribute-value.ts';
import { toSdk } from '../../../../lambda/item/from-sdk.ts';
import { randomIds } from '../../../../lambda/runtime/ids.ts';
import { silentLog } from '../../../../lambda/runtime/logger.ts';
import { createDirectoryStore } from '../../../../lambda/storage/directory-store.ts';
import type { ObjectStore } from '../../../../lambda/storage/object-store.ts';
import { EmbeddedExports, type ExportOptions } from '../../../../local/dynamodb/exports/embedded-exports.ts';
import type { TestDatabase } from '../../../support/database.ts';
import { testSecret } from '../../../support/secret.ts';
import { createTable, keyOf, normal, type Shape } from '../../../support/tables.ts';

export interface ExportSetUp {
  readonly exports: EmbeddedExports;
  readonly store: ObjectStore;
  /** Opens the same bucket and the same recorded jobs in another process. */
  reopen(options?: Partial<ExportOptions>): Promise<EmbeddedExports>;
}

/** Exports to a bucket of their own. Point-in-time recovery is on, from 1970 to the end of the current second. */
export async function setUp(
  database: TestDatabase,
  options: Partial<ExportOptions> = {},
): Promise<ExportSetUp> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-exports-'));
  const store = createDirectoryStore(join(folder, 'bucket'));
  const open = (more: Partial<ExportOptions>) =>
    EmbeddedExports.open({
      ...database,
      buckets: new Map([['bucket', store]]),
      secret: testSecret,
      ids: randomIds,
      log: silentLog,
      recovery: async () => ({
        enabled: true,
        earliest: 0,
        latest: Math.floor(database.clock.now() / 1000) * 1000 + 1000,
      }),
      minWindowMs: 1000,
      folder,
      minJobMs: 0,
      ...options,
      ...more,
    });
  const exports = await open({});
  onTestFinished(async () => {
    await exports.idle();
    await rm(folder, { recursive: true, force: true });
  });
  return { exports, store, reopen: (more = {}) => open(more) };
}

export async function tableOf(
  { dynamodb }: TestDatabase,
  shape: Shape,
): Promise<{ name: string; arn: string }> {
  const name = `table-${randomIds.hex(12)}`;
  await createTable(dynamodb, name, shape);
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: name }));
  return { name, arn: String(Table?.TableArn) };
}

/** Advances the clock to the next second, and returns it. */
export function beginSecond({ clock }: TestDatabase): number {
  const second = Math.floor(clock.now() / 1000) + 1;
  clock.advanceTo(second * 1000);
  return second;
}

/** Waits for the end of an export, and returns its description. */
export async function runExport(
  exports: EmbeddedExports,
  input: Omit<ExportTableToPointInTimeInput, 'S3Bucket'> & { S3Bucket?: string },
): Promise<ExportDescription> {
  const { ExportDescription: begun } = await exports.exportTableToPointInTime({
    S3Bucket: 'bucket',
    ...input,
  });
  await exports.idle();
  const { ExportDescription } = await exports.describeExport({ ExportArn: begun?.ExportArn });
  return ExportDescription ?? {};
}

export async function runImport(
  exports: EmbeddedExports,
  input: ImportTableInput,
): Promise<ImportTableDescription> {
  const { ImportTableDescription: begun } = await exports.importTable(input);
  await exports.idle();
  const { ImportTableDescription } = await exports.describeImport({ ImportArn: begun?.ImportArn });
  return ImportTableDescription ?? {};
}

export async function jsonOf(store: ObjectStore, key: string): Promise<Record<string, string>> {
  return JSON.parse(Buffer.from(await store.get(key)).toString()) as Record<string, string>;
}

export interface Line {
  readonly Item?: Item;
  readonly Keys?: Item;
  readonly OldImage?: Item;
  readonly NewImage?: Item;
  readonly Metadata?: { readonly WriteTimestampMicros: { readonly N: string } };
}

/** Returns the files that an export has written, by its manifests. */
export async function linesOf(store: ObjectStore, description: ExportDescription): Promise<Line[]> {
  expect([description.ExportStatus, description.FailureMessage]).toEqual(['COMPLETED', undefined]);
  const { manifestFilesS3Key = '' } = await jsonOf(store, String(description.ExportManifest));
  const files = Buffer.from(await store.get(manifestFilesS3Key)).toString();
  const lines: Line[] = [];
  for (const file of files.trim().split('\n')) {
    const { dataFileS3Key } = JSON.parse(file) as { dataFileS3Key: string };
    const text = gunzipSync(await store.get(dataFileS3Key)).toString();
    lines.push(
      ...text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Line),
    );
  }
  return lines;
}

/** Returns a full export's content: the items' normal form by that of their key. */
export async function readExport(
  store: ObjectStore,
  description: ExportDescription,
): Promise<Map<string, string>> {
  const lines = await linesOf(store, description);
  const content = new Map(lines.map(({ Item = {} }) => [keyOf(toSdk(Item)), normalImage(Item)]));
  expect(content.size).toBe(lines.length);
  return content;
}

export function normalImage(item: Item): string {
  return normal(toSdk(item));
}
