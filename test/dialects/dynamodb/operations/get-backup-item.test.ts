import type { Operations } from '../../../../lambda/operations/operations.ts';
import { describe, expect, test } from 'vitest';
import { answerTo, arn, available, fakeOperations } from '../fakes.ts';

const backup = { table: 'Music', id: available.id, arn };
const Key = { Artist: { S: 'Nina' } };
const cost = { ReadBytes: 4096, ReadRequests: 3 };
const validation = 'com.amazon.coral.validate#ValidationException';
const serialization = 'com.amazon.coral.service#SerializationException';

describe('GetBackupItem', () => {
  test('returns the item and the cost of reading it', async () => {
    const operations = fakeOperations();
    expect(await answerTo(operations, 'GetBackupItem', { BackupArn: arn, Key })).toEqual({
      status: 200,
      answer: { Item: Key, ...cost },
    });
    expect(operations.getBackupItem).toHaveBeenCalledExactlyOnceWith({ backup, key: Key });
  });

  test('returns no Item if the backup has no item with this key', async () => {
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

  test('returns names and values of the item exactly as they are stored', async () => {
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
  ])('rejects %j as a key', async (key, type, message) => {
    const operations = fakeOperations();
    const { status, answer } = await answerTo(operations, 'GetBackupItem', { BackupArn: arn, Key: key });
    const { __type, ...texts } = answer as Record<string, string>;
    expect({ status, __type }).toEqual({ status: 400, __type: type });
    expect(texts['message'] ?? texts['Message']).toMatch(message);
    expect(operations.getBackupItem).not.toHaveBeenCalled();
  });
});
