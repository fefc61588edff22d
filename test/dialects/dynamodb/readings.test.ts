import { describe, expect, test } from 'vitest';
import type { Operations } from '../../../lambda/operations/operations.ts';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';
import { answerTo, arn, available, compared, fakeOperations, tableArn, verified } from './fakes.ts';

const backup = { table: 'Music', id: available.id, arn };
const otherArn = `${tableArn}/backup/01576616366999-00000001`;
const Key = { Artist: { S: 'Nina' } };
const cost = { ReadBytes: 4096, ReadRequests: 3 };
const validation = 'com.amazon.coral.validate#ValidationException';
const serialization = 'com.amazon.coral.service#SerializationException';

describe('GetBackupItem', () => {
  test('answers the item and what reading it cost', async () => {
    const operations = fakeOperations();
    expect(await answerTo(operations, 'GetBackupItem', { BackupArn: arn, Key })).toEqual({
      status: 200,
      answer: { Item: Key, ...cost },
    });
    expect(operations.getBackupItem).toHaveBeenCalledExactlyOnceWith({ backup, key: Key });
  });

  test('an item that the backup has not is no member of the answer', async () => {
    const getBackupItem: Operations['getBackupItem'] = async () => ({
      backup: available,
      item: undefined,
      bytesRead: 0,
      requests: 1,
    });
    expect(
      await answerTo(fakeOperations({ getBackupItem }), 'GetBackupItem', { BackupArn: arn, Key }),
    ).toEqual({ status: 200, answer: { ReadBytes: 0, ReadRequests: 1 } });
  });

  test('names and values of the item arrive as they are stored', async () => {
    const item = '{"a":{"S":"\\u0000é😀\\ud800"},"\\\\":{"N":"1"},"\\"":{"N":"2"},"__proto__":{"BOOL":true}}';
    const getBackupItem: Operations['getBackupItem'] = async () => ({
      backup: available,
      item,
      bytesRead: 1,
      requests: 1,
    });
    const { answer } = await answerTo(fakeOperations({ getBackupItem }), 'GetBackupItem', {
      BackupArn: arn,
      Key,
    });
    const { Item } = answer as { Item: Record<string, unknown> };
    expect(Object.entries(Item)).toEqual([
      ['a', { S: '\u0000é😀\ud800' }],
      ['\\', { N: '1' }],
      ['"', { N: '2' }],
      ['__proto__', { BOOL: true }],
    ]);
  });

  test.each([
    [{ Artist: {} }, validation, /^Supplied AttributeValue is empty/],
    [{ Artist: { S: 'a', N: '1' } }, validation, /^Supplied AttributeValue has more than one datatypes set/],
    [{ Artist: { BOOL: true } }, validation, /^The provided key element does not match the schema$/],
    [{ Artist: 'Nina' }, serialization, /^Unexpected value type in payload$/],
    [{ Artist: null }, serialization, /^Unexpected value type in payload$/],
    [{ Artist: { N: 1 } }, serialization, /^Unexpected value type in payload$/],
  ])('%j is no key', async (key, type, message) => {
    const operations = fakeOperations();
    const { status, answer } = await answerTo(operations, 'GetBackupItem', { BackupArn: arn, Key: key });
    const { __type, ...texts } = answer as Record<string, string>;
    expect({ status, __type }).toEqual({ status: 400, __type: type });
    expect(texts['message'] ?? texts['Message']).toMatch(message);
    expect(operations.getBackupItem).not.toHaveBeenCalled();
  });
});

describe('CompareBackups', () => {
  const whole = {
    Added: 1,
    Changed: 1,
    Removed: 0,
    Differences: [
      { Change: 'ADDED', Key: { Artist: { S: 'Miles' } } },
      { Change: 'CHANGED', Key },
    ],
    Progress: 1,
    ...cost,
  };

  test('answers counts and keys, from the first backup to the other', async () => {
    const operations = fakeOperations();
    expect(
      await answerTo(operations, 'CompareBackups', { BackupArn: arn, OtherBackupArn: otherArn }),
    ).toEqual({
      status: 200,
      answer: whole,
    });
    expect(operations.compareBackups).toHaveBeenCalledExactlyOnceWith({
      from: backup,
      to: { table: 'Music', id: '01576616366999-00000001', arn: otherArn },
    });
  });

  test('goes on where a page ended', async () => {
    const operations = fakeOperations({
      compareBackups: async () => ({ ...compared, progress: 0.25, next: 'there' }),
    });
    const body = { BackupArn: arn, OtherBackupArn: arn, Limit: 5, NextToken: 'here' };
    expect((await answerTo(operations, 'CompareBackups', body)).answer).toEqual({
      ...whole,
      Progress: 0.25,
      NextToken: 'there',
    });
    expect(operations.compareBackups).toHaveBeenCalledExactlyOnceWith({
      from: backup,
      to: backup,
      limit: 5,
      next: 'here',
    });
  });
});

describe('VerifyBackup', () => {
  test('answers what was read, and that it is sound', async () => {
    const operations = fakeOperations();
    expect(await answerTo(operations, 'VerifyBackup', { BackupArn: arn })).toEqual({
      status: 200,
      answer: { Frames: 5, Items: 7, Problems: [], ProblemCount: 0, Progress: 1, ...cost },
    });
    expect(operations.verifyBackup).toHaveBeenCalledExactlyOnceWith({ backup });
  });

  test('answers problems with their places, and where the next page begins', async () => {
    const operations = fakeOperations({
      verifyBackup: async () => ({
        ...verified,
        problems: [
          { object: 'tables/t/runs/a.zst', offset: 0, problem: 'the checksum is wrong' },
          { object: 'tables/t/runs/b.zst', problem: 'is missing' },
        ],
        problemCount: 12,
        progress: 0.5,
        next: '8',
      }),
    });
    const body = { BackupArn: arn, Share: 0.1, NextToken: '4' };
    expect((await answerTo(operations, 'VerifyBackup', body)).answer).toEqual({
      Frames: 5,
      Items: 7,
      Problems: [
        { Object: 'tables/t/runs/a.zst', Offset: 0, Problem: 'the checksum is wrong' },
        { Object: 'tables/t/runs/b.zst', Problem: 'is missing' },
      ],
      ProblemCount: 12,
      Progress: 0.5,
      NextToken: '8',
      ...cost,
    });
    expect(operations.verifyBackup).toHaveBeenCalledExactlyOnceWith({ backup, share: 0.1, next: '4' });
  });
});

describe('errors of reading', () => {
  test.each([
    ['GetBackupItem', { BackupArn: arn, Key }],
    ['CompareBackups', { BackupArn: arn, OtherBackupArn: otherArn }],
    ['VerifyBackup', { BackupArn: arn }],
  ])('%s says in its own words which backup is not there', async (operation, body) => {
    const fail = () => Promise.reject(new TidemarkError('BackupNotFound', `Backup not found: ${otherArn}`));
    const operations = fakeOperations({ getBackupItem: fail, compareBackups: fail, verifyBackup: fail });
    expect(await answerTo(operations, operation, body)).toEqual({
      status: 400,
      answer: {
        __type: 'com.amazonaws.dynamodb.v20120810#BackupNotFoundException',
        message: `Backup not found: ${otherArn}`,
      },
    });
  });

  test.each([
    ['GetBackupItem', { BackupArn: tableArn, Key }],
    ['CompareBackups', { BackupArn: arn, OtherBackupArn: tableArn }],
    ['VerifyBackup', { BackupArn: tableArn }],
  ])('%s %j: not the ARN of a backup', async (operation, body) => {
    expect(await answerTo(fakeOperations(), operation, body)).toEqual({
      status: 400,
      answer: { __type: validation, message: 'Invalid Backup ARN' },
    });
  });
});
