import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { bucket, createTable, invoke, readRestored, s3, wire } from './deployment.ts';

test('the sweep deletes the staging of ended backups, and every other backup stays whole', async () => {
  const table = await createTable();
  await wire.fill(table, 40);
  const first = await wire.backUp(table);
  const before = await wire.readContent(table);
  await wire.fill(table, 40, 'second', 20);
  const gone = await wire.backUp(table);
  await wire.removeItem(table, 3);
  const last = await wire.backUp(table);
  const after = await wire.readContent(table);
  await wire.ok('DeleteBackup', { BackupArn: gone });

  const stagedBy = async (arn: string) => listKeys(`staging/${arn.slice(arn.lastIndexOf('/') + 1)}/`);
  const all = [first, gone, last];
  for (const arn of all) expect(await stagedBy(arn)).not.toEqual([]);
  expect(await wire.ok('PlanSweep', { TableName: table })).toMatchObject({
    Folders: expect.arrayContaining([
      expect.objectContaining({
        Totals: expect.arrayContaining([expect.objectContaining({ Verdict: 'ENDED_STAGING' })]),
      }),
    ]),
  });
  await invoke('sweep');
  for (const arn of all) expect(await stagedBy(arn)).toEqual([]);

  const answer = await wire.call('DescribeBackup', { BackupArn: gone });
  expect(answer.json['__type']).toMatch(/#BackupNotFoundException$/);
  for (const BackupArn of [first, last])
    expect(await wire.ok('VerifyBackup', { BackupArn })).toMatchObject({ ProblemCount: 0 });
  expect(await readRestored(first)).toEqual(before);
  expect(await readRestored(last)).toEqual(after);
});

async function listKeys(Prefix: string): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
  return Contents.map(({ Key }) => String(Key));
}
