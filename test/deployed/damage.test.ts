import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import type { Json } from '../support/wire/http.ts';
import {
  bucket,
  createTable,
  nameTable,
  readDetails,
  readRestored,
  s3,
  waitFor,
  wire,
} from './deployment.ts';

test('a flipped byte in the bucket fails a restore and a verification, and the next backup is a new base', async () => {
  const table = await createTable();
  await wire.fill(table, 50);
  const damaged = await wire.backUp(table);
  const { Table } = await wire.ok('DescribeTable', { TableName: table });
  await flipByte(`tables/${String((Table as Json)['TableId'])}/runs/`);

  const verified = await wire.ok('VerifyBackup', { BackupArn: damaged });
  expect(verified).toMatchObject({ ProblemCount: 1 });
  const target = nameTable('restored-');
  await wire.ok('RestoreTableFromBackup', { BackupArn: damaged, TargetTableName: target });
  expect(await wire.waitForOutcome(target)).toBe('gone');
  // The table is removed before the record says that the restore has failed.
  const reason = await waitFor(async () => {
    const { Restore } = await wire.ok('DescribeRestore', { TargetTableName: target });
    const { RestoreStatus, Reason } = Restore as Json;
    return RestoreStatus === 'FAILED' && Reason;
  });
  expect(reason).toMatch(/^SnapshotCorrupt/);

  await wire.fill(table, 5, 'second');
  const content = await wire.readContent(table);
  const mended = await wire.backUp(table);
  expect(await readDetails(mended)).toMatchObject({
    Source: 'SCAN',
    Why: expect.arrayContaining([expect.stringContaining('damage')]),
  });
  expect(await readRestored(mended)).toEqual(content);
});

/** Flips a bit of the only object below the prefix. The emulator does not enforce the bucket's policy, which forbids this. */
async function flipByte(Prefix: string): Promise<void> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
  expect(Contents).toHaveLength(1);
  const { Key } = Contents[0] ?? {};
  const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
  const bytes = await Body?.transformToByteArray();
  if (bytes === undefined) throw new Error('the run has no bytes');
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: bytes, Metadata }));
}
