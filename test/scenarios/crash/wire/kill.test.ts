import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, Wire } from '../../../support/wire/support.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');
let home = '';
let child: ChildProcessByStdio<null, Readable, null>;
let url = '';

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'tidemark-wire-kill-'));
  await start();
});
afterAll(async () => {
  const ended = once(child, 'exit');
  if (child.kill('SIGTERM')) await ended;
  await rm(home, { recursive: true, force: true });
});

/** Starts the runtime in a process of its own, on the same home each time. */
async function start(): Promise<void> {
  child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'local/main.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'], PORT: '0', RDS_PORT: '0', KINETICA_PORT: '0', TIDEMARK_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) {
    const ready = /is ready at (http:\S+)/.exec(line)?.[1];
    if (ready === undefined) continue;
    url = ready;
    child.stdout.resume();
    return;
  }
  throw new Error('the runtime did not start');
}

/** Kills the runtime and its database without notice. */
async function kill(): Promise<void> {
  const database = Number(await readFile(join(home, 'dynamodb.pid'), 'utf8'));
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  process.kill(database, 'SIGKILL');
  await ended;
}

test('a runtime that is killed with its database during two restores and a backup finishes all of them after a restart', async () => {
  const wire = new Wire(() => ({ url }));
  const table = await wire.createRecoverableTable('source');
  await wire.fill(table, 300);
  const arn = await wire.backUp(table);
  const backedUp = await wire.readContent(table);
  await wire.fill(table, 100, 'later', 250);
  await wire.waitUntilRestorable(table);
  const latest = await wire.readContent(table);

  const [fromBackup, fromTime] = [wire.uniqueName('from-backup'), wire.uniqueName('from-time')];
  await wire.ok('RestoreTableFromBackup', { BackupArn: arn, TargetTableName: fromBackup });
  await wire.ok('RestoreTableToPointInTime', {
    SourceTableName: table,
    TargetTableName: fromTime,
    UseLatestRestorableTime: true,
  });
  const last = await wire.createBackup(table);
  const loading = { TableName: fromBackup, Limit: 1 };
  await eventually(async () => (await wire.call('Scan', loading)).status === 200);
  await kill();
  await start();

  for (const [target, content] of [
    [fromBackup, backedUp],
    [fromTime, latest],
  ] as const) {
    const restored = await wire.waitUntilActive(target);
    expect(restored['RestoreSummary']).toMatchObject({ RestoreInProgress: false });
    expect(await wire.readContent(target)).toEqual(content);
  }
  await wire.waitUntilAvailable(last);
  expect(await wire.readContent(await wire.restoreTable(last, 'from-last'))).toEqual(latest);
  // No snapshot has a pin or a hold any longer.
  for (const BackupArn of (await wire.list()).arns) await wire.ok('DeleteBackup', { BackupArn });
  await wire.backUp(table);
});
