import { describe, expect, it } from 'vitest';
import type { Operations } from '../../../lambda/operations/operations.ts';
import { arn, available } from '../../dialects/dynamodb/fakes.ts';
import { serveOperations } from '../../support/cli/command-line.ts';

const backup = { table: 'Music', id: available.id, arn: available.arn };
const key = '{"Artist":{"S":"Nina"}}';
const cost = { ReadBytes: 4096, ReadRequests: 3 };

describe('tidemark item', () => {
  it('prints the item as DynamoDB JSON', async () => {
    const { run, operations } = await serveOperations();
    const { code, stdout, stderr } = await run('item', arn, '--key', key);
    expect({ code, stderr, item: JSON.parse(stdout) as unknown }).toEqual({
      code: 0,
      stderr: '',
      item: { Artist: { S: 'Nina' } },
    });
    expect(operations.getBackupItem).toHaveBeenCalledExactlyOnceWith({
      backup,
      key: { Artist: { S: 'Nina' } },
    });
  });

  it('prints one document with --json', async () => {
    const { run } = await serveOperations();
    const { code, stdout } = await run('item', arn, '--key', key, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ BackupArn: arn, Item: { Artist: { S: 'Nina' } }, ...cost });
  });

  const nothing: Operations['getBackupItem'] = async () => ({
    backup: available,
    item: undefined,
    bytesRead: 10,
    requests: 1,
  });

  it('exits with 1 and a message if the backup has no such item', async () => {
    const { run } = await serveOperations({ getBackupItem: nothing });
    expect(await run('item', arn, '--key', key)).toEqual({
      code: 1,
      stdout: '',
      stderr: `tidemark: ${arn} has no item with this key\n`,
    });
    const json = await run('item', arn, '--key', key, '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({ BackupArn: arn, Item: null, ReadBytes: 10, ReadRequests: 1 });
  });

  it('escapes control characters of a terminal, and keeps the meaning of the JSON', async () => {
    const value = 'a\u001b[31m\u009b2J\u202e\u{e0001}é😀\n';
    const item = JSON.stringify({ Artist: { S: value } });
    const { run } = await serveOperations({
      getBackupItem: async () => ({ backup: available, item, bytesRead: 1, requests: 1 }),
    });
    for (const args of [[], ['--json']]) {
      const { stdout } = await run('item', arn, '--key', key, ...args);
      expect(stdout).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
      expect(stdout).toContain('é😀');
      expect(JSON.stringify(JSON.parse(stdout))).toContain(JSON.stringify(value).slice(1, -1));
    }
  });

  it.each([
    [[], '--key is missing'],
    [['--key', 'pk=a'], '--key must be DynamoDB JSON'],
    [['--key', '["a"]'], '--key must be DynamoDB JSON'],
  ])('exits with 2 and its usage for the arguments %j', async (args, message) => {
    const { run, operations } = await serveOperations();
    const { code, stdout, stderr } = await run('item', arn, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`tidemark: ${message}`);
    expect(stderr).toContain('Usage: tidemark item <backup> --key KEY');
    expect(operations.getBackupItem).not.toHaveBeenCalled();
  });
});
