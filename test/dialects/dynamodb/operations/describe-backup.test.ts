import { describe, expect, test } from 'vitest';
import { description, details } from '../encoded.ts';
import { answerTo, arn, available, creating, failed, fakeOperations, restoring } from '../fakes.ts';

describe('the operation DescribeBackup', () => {
  test('returns the whole description', async () => {
    const operations = fakeOperations();
    expect(await answerTo(operations, 'DescribeBackup', { BackupArn: arn })).toEqual({
      status: 200,
      answer: { BackupDescription: description },
    });
    expect(operations.describeBackup).toHaveBeenCalledExactlyOnceWith({
      table: 'Music',
      id: available.id,
      arn,
    });
  });

  test('returns no features, zero throughput and no Tidemark member for a plain on-demand table', async () => {
    const operations = fakeOperations({ describeBackup: async () => creating });
    const { answer } = await answerTo(operations, 'DescribeBackup', { BackupArn: arn });
    expect(answer).toHaveProperty('BackupDescription.SourceTableFeatureDetails', {});
    expect(answer).toHaveProperty('BackupDescription.SourceTableDetails.BillingMode', 'PAY_PER_REQUEST');
    expect(answer).toHaveProperty('BackupDescription.SourceTableDetails.ProvisionedThroughput', {
      ReadCapacityUnits: 0,
      WriteCapacityUnits: 0,
    });
    expect(answer).not.toHaveProperty('BackupDescription.BackupDetails.Tidemark');
  });

  test('returns a failed backup as DELETED, with its reason', async () => {
    const broken = { ...creating, status: 'FAILED', reason: 'CutUnreachable: trimmed' } as const;
    const operations = fakeOperations({ describeBackup: async () => broken });
    const { answer } = await answerTo(operations, 'DescribeBackup', { BackupArn: arn });
    expect(answer).toHaveProperty('BackupDescription.BackupDetails.BackupStatus', 'DELETED');
    expect(answer).toHaveProperty('BackupDescription.BackupDetails.Tidemark', {
      Reason: 'CutUnreachable: trimmed',
    });
  });

  test('returns the comment, the caller, and the time of the backup’s content if it is earlier than the request', async () => {
    const record = { ...available, comment: 'before', requestedBy: 'ada', asOf: 1_576_616_300_000 };
    const operations = fakeOperations({ describeBackup: async () => record });
    const { answer } = await answerTo(operations, 'DescribeBackup', { BackupArn: arn });
    expect(answer).toHaveProperty('BackupDescription.BackupDetails.Tidemark', {
      ...details.Tidemark,
      Comment: 'before',
      RequestedBy: 'ada',
      Cut: { Time: 1576616300 },
    });
  });

  test('returns its restores with their reasons, and the damage that was seen', async () => {
    const operations = fakeOperations({
      findBackupUse: async () => ({
        restores: [restoring, failed],
        damage: { reason: 'a frame is not as its checksum says', seenAt: 1_576_616_700_500 },
      }),
    });
    const { answer } = await answerTo(operations, 'DescribeBackup', { BackupArn: arn });
    expect(answer).toHaveProperty('BackupDescription.BackupDetails.Tidemark', {
      ...details.Tidemark,
      Restores: [
        { RestoreId: restoring.id, TargetTableName: 'Music-copy', RestoreStatus: 'RESTORING' },
        {
          RestoreId: failed.id,
          TargetTableName: 'Music-lost',
          RestoreStatus: 'FAILED',
          Reason: expect.stringContaining('throttled; table Music-lost was kept'),
        },
      ],
      Damage: { Reason: 'a frame is not as its checksum says', SeenDateTime: 1_576_616_700.5 },
    });
  });

  test('shows a deleted backup, and who deleted it, only if the request has IncludeDeleted', async () => {
    const deletedBy = 'arn:aws:iam::123456789012:user/ada';
    const operations = fakeOperations({
      describeBackup: async () => ({
        ...available,
        status: 'DELETED',
        deletedBy,
        deletedAt: 1_576_616_800_000,
      }),
    });
    const request = { BackupArn: arn, TidemarkOptions: { IncludeDeleted: true } };
    const { answer } = await answerTo(operations, 'DescribeBackup', request);
    expect(answer).toMatchObject({
      BackupDescription: {
        BackupDetails: {
          BackupStatus: 'DELETED',
          Tidemark: { DeletedBy: deletedBy, DeletedDateTime: 1_576_616_800 },
        },
      },
    });
    expect(operations.describeBackup.mock.lastCall?.[0]).toMatchObject({ includeDeleted: true });
  });

  test('returns the time when a backup expires', async () => {
    const operations = fakeOperations({
      describeBackup: async () => ({ ...creating, expiresAt: 1_600_000_000_001 }),
    });
    const { answer } = await answerTo(operations, 'DescribeBackup', { BackupArn: arn });
    expect(answer).toHaveProperty('BackupDescription.BackupDetails.BackupExpiryDateTime', 1600000000.001);
  });
});
