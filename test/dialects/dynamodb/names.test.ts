import { describe, expect, test } from 'vitest';
import { answerTo, arn, fakeOperations, tableArn, wasCalled } from './fakes.ts';

describe('the ARN of a backup in a request', () => {
  const rejection = (message: string) => ({
    status: 400,
    answer: { __type: 'com.amazon.coral.validate#ValidationException', message },
  });
  const requests = (wrong: string) => [
    ['DescribeBackup', { BackupArn: wrong }] as const,
    ['DeleteBackup', { BackupArn: wrong }] as const,
    ['ListBackups', { ExclusiveStartBackupArn: wrong }] as const,
    ['RestoreTableFromBackup', { TargetTableName: 'Copy', BackupArn: wrong }] as const,
    ['GetBackupItem', { BackupArn: wrong, Key: { Artist: { S: 'Nina' } } }] as const,
    ['CompareBackups', { BackupArn: arn, OtherBackupArn: wrong }] as const,
    ['VerifyBackup', { BackupArn: wrong }] as const,
    ['EstimateRestore', { BackupArn: wrong }] as const,
  ];

  test.each([
    '',
    tableArn,
    `${tableArn}/backup/1`,
    'x'.repeat(48),
    `${arn}/x`,
    arn.slice(0, -1),
    arn.replace('Music', 'Mu'),
    arn.replace('Music', 'x'.repeat(256)),
    arn.replace('eu-west-1', 'x'.repeat(1024)),
  ])('is rejected before any operation runs if it is malformed: %j', async (wrong) => {
    for (const [operation, body] of requests(wrong)) {
      const operations = fakeOperations();
      expect(await answerTo(operations, operation, body)).toEqual(rejection('Invalid Backup ARN'));
      expect(wasCalled(operations)).toBe(false);
    }
  });

  test.each([
    arn.replace('arn:aws:', 'arn:gcp:'),
    arn.replace('arn:aws:', 'arn:aws-moon:'),
    arn.replace('arn:aws:', 'arn::'),
    arn.replace(':dynamodb:', ':rds:'),
    arn.replace('eu-west-1', 'Mars!'),
  ])('is rejected before any operation runs if no backup can have it: %s', async (wrong) => {
    for (const [operation, body] of requests(wrong)) {
      const operations = fakeOperations();
      expect(await answerTo(operations, operation, body)).toEqual(
        rejection('Invalid Request: BackupArn is not valid'),
      );
      expect(wasCalled(operations)).toBe(false);
    }
  });

  test.each([
    arn.replace('arn:aws:', 'arn:aws-cn:'),
    arn.replace('arn:aws:', 'arn:aws-us-gov:'),
    arn.replace('arn:aws:', 'arn:aws-iso-b:'),
    arn.replace('eu-west-1', 'dynoxide'),
    arn.replace('123456789012', '000000000000'),
  ])('is accepted for another partition, region or account: %s', async (BackupArn) => {
    const operations = fakeOperations();
    expect((await answerTo(operations, 'DescribeBackup', { BackupArn })).status).toBe(200);
    expect(operations.describeBackup.mock.lastCall?.[0].arn).toBe(BackupArn);
  });
});
