import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Runtime } from '../../local/runtime.ts';
import {
  call,
  createClients,
  createTable,
  fill,
  startTestRuntime,
  createTemporaryFolder,
} from '../support/local/support.ts';
import { run } from '../support/cli/command-line.ts';

/** Requests a backup over HTTP and waits until it is made. Returns its ARN and kind. */
async function backUp({ url, executions }: Runtime, TidemarkOptions?: object) {
  const input = { TableName: 'orders', BackupName: 'nightly', TidemarkOptions };
  const made = await call(url, 'DynamoDB_20120810.CreateBackup', input);
  const { BackupDetails } = (await made.json()) as { BackupDetails: { BackupArn: string } };
  await executions.idle();
  const answer = await call(url, 'DynamoDB_20120810.DescribeBackup', BackupDetails);
  const { BackupDescription } = (await answer.json()) as {
    BackupDescription: { BackupDetails: { BackupArn: string; Tidemark: { Kind: string } } };
  };
  const { BackupArn: arn, Tidemark } = BackupDescription.BackupDetails;
  return { arn, kind: Tidemark.Kind };
}

/** Starts a runtime with a table `orders`, a full backup of 40 items, and a backup after three items changed. */
async function setUp() {
  const home = await createTemporaryFolder();
  const runtime = await startTestRuntime(home);
  const { dynamodb } = createClients(runtime.url);
  await createTable(dynamodb, 'orders');
  await fill(dynamodb, 'orders', 40);
  const first = await backUp(runtime);
  const item = (id: string) => ({ TableName: 'orders', Item: { id: { S: id }, text: { S: 'second' } } });
  await dynamodb.send(new PutItemCommand(item('new')));
  await dynamodb.send(new PutItemCommand(item('item-1')));
  await dynamodb.send(new DeleteItemCommand({ TableName: 'orders', Key: { id: { S: 'item-2' } } }));
  const second = await backUp(runtime);
  const tidemark = (...args: string[]) => run(args, { TIDEMARK_ENDPOINT_URL: runtime.url });
  return { home, runtime, first: first.arn, second: second.arn, tidemark };
}

/** Lists the paths of all files in a folder, in order. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

describe('the command line on the embedded runtime', () => {
  it('makes, shows, restores and deletes a backup set', async () => {
    const { runtime, tidemark } = await setUp();
    const made = await tidemark('sets', 'create', 'weekly', '--tables', 'orders', '--wait', '--json');
    expect(made.code).toBe(0);
    const { BackupSet } = JSON.parse(made.stdout) as { BackupSet: { SetId: number } };
    expect(BackupSet).toMatchObject({ SetStatus: 'AVAILABLE', Figures: { Items: 40 } });
    const set = `weekly/${BackupSet.SetId}`;
    expect((await tidemark('sets', 'list', 'weekly')).stdout).toContain(`${set}: AVAILABLE, INCREMENTAL`);
    const restored = await tidemark('sets', 'restore', set, '--prefix', 'copy-of-');
    expect(restored.stdout).toBe('orders -> copy-of-orders: RESTORING\n');
    await runtime.executions.idle();
    expect((await tidemark('restores', 'copy-of-orders')).stdout).toContain('copy-of-orders: RESTORED');
    expect((await tidemark('sets', 'delete', set)).stdout).toBe(`deleted ${set}\n`);
    expect(await tidemark('sets', 'show', set)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('BackupSetNotFoundException'),
    });
  });

  it('reads an item as it was at each of two backups', async () => {
    const { first, second, tidemark } = await setUp();
    const key = JSON.stringify({ id: { S: 'item-1' } });
    const [before, after] = await Promise.all([
      tidemark('item', first, '--key', key),
      tidemark('item', 'orders:latest', '--key', key),
    ]);
    expect(JSON.parse(before.stdout)).toEqual({ id: { S: 'item-1' }, text: { S: 'first' } });
    expect(JSON.parse(after.stdout)).toEqual({ id: { S: 'item-1' }, text: { S: 'second' } });
    const gone = await tidemark('item', second, '--key', '{"id":{"S":"item-2"}}');
    expect(gone).toEqual({ code: 1, stdout: '', stderr: `tidemark: ${second} has no item with this key\n` });
    const wrong = await tidemark('item', first, '--key', '{"id":{"N":"1"}}');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/ValidationException: The provided key element does not match the schema\n/);
  });

  it('compares two backups in both directions, and one with itself', async () => {
    const { first, second, tidemark } = await setUp();
    const compared = await tidemark('compare', first, second, '--keys', '--json');
    expect({ code: compared.code, stderr: compared.stderr }).toEqual({ code: 1, stderr: '' });
    const { Differences, ...document } = JSON.parse(compared.stdout) as { Differences: object[] };
    expect(document).toMatchObject({
      BackupArn: first,
      OtherBackupArn: second,
      Added: 1,
      Changed: 1,
      Removed: 1,
    });
    expect(Differences.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))).toEqual([
      { Change: 'ADDED', Key: { id: { S: 'new' } } },
      { Change: 'CHANGED', Key: { id: { S: 'item-1' } } },
      { Change: 'REMOVED', Key: { id: { S: 'item-2' } } },
    ]);
    const back = await tidemark('compare', second, `orders/${first.split('/').at(-1)}`, '--keys');
    expect(back.stdout.split('\n').toSorted()).toEqual(
      expect.arrayContaining(['+ {"id":{"S":"item-2"}}', '- {"id":{"S":"new"}}', '~ {"id":{"S":"item-1"}}']),
    );
    expect(await tidemark('compare', first, first)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^no difference\n/),
    });
  });

  it('verifies a backup, and names its damaged file', async () => {
    const { home, second, tidemark } = await setUp();
    const sound = await tidemark('verify', second, '--json');
    expect(sound.code).toBe(0);
    expect(JSON.parse(sound.stdout)).toMatchObject({ Items: 40, ProblemCount: 0, Problems: [] });
    expect((await tidemark('verify', second, '--share', '0.5')).code).toBe(0);

    const store = join(home, 'store');
    const run = (await listFiles(store)).find((path) => path.includes('/runs/')) ?? '';
    const bytes = await readFile(run);
    bytes[10] = (bytes[10] ?? 0) ^ 1;
    await writeFile(run, bytes);
    const damaged = await tidemark('verify', second);
    expect(damaged.code).toBe(1);
    expect(damaged.stdout).toContain(`${run.slice(store.length + 1)}\n  at byte 0: `);
    expect(damaged.stdout).toContain('\n  next: put back an earlier version');
  });

  it('prints what the sweep would delete, and deletes nothing', async () => {
    const { home, tidemark } = await setUp();
    const before = await listFiles(join(home, 'store'));
    const planned = await tidemark('sweep', '--plan', '--json');
    expect({ code: planned.code, stderr: planned.stderr }).toEqual({ code: 0, stderr: '' });
    const { Delete } = JSON.parse(planned.stdout) as {
      Delete: { Object: string; Bytes: number; Why: string }[];
    };
    expect(Delete.length).toBeGreaterThan(0);
    expect(new Set(Delete.map(({ Why }) => Why))).toEqual(new Set(['ENDED_STAGING']));
    expect(before).toEqual(
      expect.arrayContaining(Delete.map((object) => join(home, 'store', object.Object))),
    );
    const shown = await tidemark('sweep', '--plan', '--table', 'orders');
    expect(shown.stdout).toMatch(
      /\nwould delete \d+ objects, .*: staged files of backups and restores that have ended\n/,
    );
    expect(shown.stdout).toMatch(/\nnothing was deleted: this is only a plan\n$/);
    expect(await listFiles(join(home, 'store'))).toEqual(before);
  });

  it('shows the kind of backup that the request named', async () => {
    const { runtime } = await setUp();
    expect(await backUp(runtime)).toMatchObject({ kind: 'INCREMENTAL' });
    expect(await backUp(runtime, { Kind: 'FULL' })).toMatchObject({ kind: 'FULL' });
  });
});
