import { describe, expect, it } from 'vitest';
import type { Operations } from '../../lambda/operations/operations.ts';
import { arn, available, compared, planned, verified } from '../dialects/dynamodb/fakes.ts';
import { over } from '../support/cli/support.ts';

const backup = { table: 'Music', id: available.id, arn: available.arn };
const key = '{"Artist":{"S":"Nina"}}';
const cost = { ReadBytes: 4096, ReadRequests: 3 };

describe('tidemark item', () => {
  it('prints the item as DynamoDB JSON', async () => {
    const { run, operations } = await over();
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

  it('prints with --json one document', async () => {
    const { run } = await over();
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

  it('ends with 1 and says so if the backup has no such item', async () => {
    const { run } = await over({ getBackupItem: nothing });
    expect(await run('item', arn, '--key', key)).toEqual({
      code: 1,
      stdout: '',
      stderr: `tidemark: ${arn} has no item of this key\n`,
    });
    const json = await run('item', arn, '--key', key, '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({ BackupArn: arn, Item: null, ReadBytes: 10, ReadRequests: 1 });
  });

  it('keeps what steers a terminal out of the terminal, and the JSON as it is', async () => {
    const value = 'a\u001b[31m\u009b2J\u202e\u{e0001}é😀\n';
    const item = JSON.stringify({ Artist: { S: value } });
    const { run } = await over({
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
  ])('ends with 2 and its usage for %j', async (args, message) => {
    const { run, operations } = await over();
    const { code, stdout, stderr } = await run('item', arn, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`tidemark: ${message}`);
    expect(stderr).toContain('Usage: tidemark item <backup> --key KEY');
    expect(operations.getBackupItem).not.toHaveBeenCalled();
  });
});

describe('tidemark compare', () => {
  /** Two pages of one difference each. */
  const compareBackups: Operations['compareBackups'] = async ({ next }) => {
    const [first, second] = compared.differences;
    return next === undefined
      ? { ...compared, counts: { added: 1, changed: 0, removed: 0 }, differences: [first], next: 'more' }
      : { ...compared, counts: { added: 0, changed: 1, removed: 0 }, differences: [second] };
  };
  const sums = { Added: 1, Changed: 1, Removed: 0, ReadBytes: 8192, ReadRequests: 6 };

  it('sums the pages and ends with 1 if there are differences', async () => {
    const { run } = await over({ compareBackups });
    const told = ['2 differences: 1 added, 1 changed, 0 removed', 'read 8.2 KB in 6 requests', ''];
    expect(await run('compare', arn, arn)).toEqual({ code: 1, stdout: told.join('\n'), stderr: '' });
    const keys = ['+ {"Artist":{"S":"Miles"}}', '~ {"Artist":{"S":"Nina"}}'];
    expect(await run('compare', arn, arn, '--keys')).toEqual({
      code: 1,
      stdout: [...keys, ...told].join('\n'),
      stderr: '',
    });
  });

  it('prints with --json one document, with keys only if asked to', async () => {
    const { run } = await over({ compareBackups });
    const document = { BackupArn: arn, OtherBackupArn: arn, ...sums };
    expect(JSON.parse((await run('compare', arn, arn, '--json')).stdout)).toEqual(document);
    expect(JSON.parse((await run('compare', arn, arn, '--json', '--keys')).stdout)).toEqual({
      ...document,
      Differences: [
        { Change: 'ADDED', Key: { Artist: { S: 'Miles' } } },
        { Change: 'CHANGED', Key: { Artist: { S: 'Nina' } } },
      ],
    });
  });

  it('ends with 0 if there is no difference', async () => {
    const { run } = await over({
      compareBackups: async () => ({
        ...compared,
        counts: { added: 0, changed: 0, removed: 0 },
        differences: [],
      }),
    });
    const { code, stdout } = await run('compare', arn, arn);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'no difference\nread 4.1 KB in 3 requests\n' });
  });
});

describe('tidemark verify', () => {
  it('ends with 0 if the backup is sound', async () => {
    const { run, operations } = await over();
    expect(await run('verify', arn)).toEqual({
      code: 0,
      stdout: 'sound: 5 frames with 7 items, 4.1 KB in 3 requests\n',
      stderr: '',
    });
    expect(operations.verifyBackup).toHaveBeenCalledExactlyOnceWith({ backup, share: 1 });
  });

  it('takes a sample', async () => {
    const { run, operations } = await over();
    expect((await run('verify', arn, '--share', '0.1')).stdout).toContain('sound: a sample of 5 frames');
    expect(operations.verifyBackup).toHaveBeenCalledExactlyOnceWith({ backup, share: 0.1 });
  });

  it('ends with 1 and tells each problem, its object and what to do', async () => {
    const object = 'tables/t/runs/a.zst';
    const verifyBackup: Operations['verifyBackup'] = async ({ next }) => ({
      ...verified,
      problems: [{ object, ...(next === undefined && { offset: 12 }), problem: `is wrong (${next})` }],
      problemCount: next === undefined ? 3 : 1,
      ...(next === undefined && { next: '2' }),
    });
    const { run } = await over({ verifyBackup });
    const { code, stdout } = await run('verify', arn);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^tables\/t\/runs\/a\.zst\n {2}at byte 12: is wrong \(undefined\)\n {2}is wrong \(2\)\n {2}next: put back/,
    );
    expect(stdout).toMatch(/\nand 2 more problems\n4 problems: 10 frames with 14 items, .*\n$/);
    const json = await run('verify', arn, '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({
      BackupArn: arn,
      Share: 1,
      Frames: 10,
      Items: 14,
      ProblemCount: 4,
      ReadBytes: 8192,
      ReadRequests: 6,
      Problems: [
        { Object: object, Offset: 12, Problem: 'is wrong (undefined)' },
        { Object: object, Problem: 'is wrong (2)' },
      ],
    });
  });

  it.each(['0', '1.1', '-1', 'half', '', 'NaN'])('takes no share of %j', async (share) => {
    const { run } = await over();
    const { code, stderr } = await run('verify', arn, `--share=${share}`);
    expect(code).toBe(2);
    expect(stderr).toContain(`tidemark: --share must be a number above 0 and up to 1, not ${share}\n`);
  });
});

describe('tidemark sweep --plan', () => {
  const lines = [
    'tables/0b1c2d3e/runs/old.zst (1.5 KB, UNREFERENCED_RUN)',
    'tables/0b1c2d3e/note.txt (kept, UNKNOWN)',
    'would delete 1 object, 1.5 KB: runs that no live snapshot refers to',
    'would keep 2 objects, 30.0 KB: of live snapshots',
    'would keep 1 object, 7 B: of no backup or restore that is known: look at them yourself',
  ];

  it('tells what would be deleted, with sizes and why', async () => {
    const { run, operations } = await over();
    const told = [...lines, 'nothing was deleted: this is a plan', ''];
    expect(await run('sweep', '--plan')).toEqual({ code: 0, stdout: told.join('\n'), stderr: '' });
    expect(operations.planSweep).toHaveBeenCalledExactlyOnceWith({});
  });

  it('asks for one table', async () => {
    const { run, operations } = await over();
    const { stdout } = await run('sweep', '--plan', '--table', 'Music', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      Folders: [{ TableName: 'Music' }],
      Delete: [{ Bytes: 1500 }],
    });
    expect(operations.planSweep).toHaveBeenCalledExactlyOnceWith({ table: 'Music' });
  });

  it('ends with 1 if a folder could not be planned for', async () => {
    const trouble = { folder: 'tables/9', trouble: 'SnapshotCorrupt: a manifest' };
    const { run } = await over({ planSweep: async () => [trouble] });
    expect(await run('sweep', '--plan')).toMatchObject({
      code: 1,
      stdout: 'would delete nothing in tables/9: SnapshotCorrupt: a manifest\nthere is nothing to delete\n',
    });
  });

  it('sums over the folders, and says how many are not listed', async () => {
    const { delete: deletions, totals } = planned.plan;
    const folder = {
      ...planned,
      plan: {
        delete: Array.from({ length: 6000 }, () => deletions[0]),
        forget: [],
        totals: { ...totals, 'unreferenced-run': { objects: 6000, bytes: 9_000_000 } },
        unknown: [],
      },
    };
    const { run } = await over({ planSweep: async () => [folder, folder] });
    const { stdout } = await run('sweep', '--plan');
    expect(stdout).toContain('\nand 2,000 more objects\n');
    expect(stdout).toContain('\nwould delete 12,000 objects, 18.0 MB: ');
  });

  it('does nothing without --plan', async () => {
    const { run, operations } = await over();
    const { code, stderr } = await run('sweep');
    expect(code).toBe(2);
    expect(stderr).toContain('tidemark: only --plan is there');
    expect(operations.planSweep).not.toHaveBeenCalled();
  });
});
