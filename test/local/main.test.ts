import type { Socket } from 'node:net';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CreateBackupCommand, RestoreTableFromBackupCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseBackupArn } from '../../lambda/model/backup-arn.ts';
import {
  createClients,
  createTable,
  fill,
  readItems,
  startTestRuntime,
  createTemporaryFolder,
} from '../support/local/support.ts';

type Process = ChildProcessByStdio<null, Readable, Readable>;

const root = join(import.meta.dirname, '..', '..');

/** Starts the runtime as `npm start` does, on any free port. */
function main(env: Readonly<Record<string, string>>): Process {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'local/main.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'], PORT: '0', RDS_PORT: '0', KINETICA_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Interrupts the process instead of killing it, so that it ends its database.
  onTestFinished(() => void child.kill('SIGTERM'));
  return child;
}

/** Reads the address in the process's first line. */
async function ready(child: Process): Promise<string> {
  for await (const line of createInterface(child.stdout)) {
    const url = /is ready at (http:\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`it did not start: ${await text(child.stderr)}`);
}

async function refusal(child: Process): Promise<{ code: number; said: string }> {
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code, said };
}

async function databaseOf(home: string): Promise<number> {
  return Number(await readFile(join(home, 'dynamodb.pid'), 'utf8'));
}

/** A process that has ended may stay listed, without a command line. */
async function runs(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) !== '';
}

test('every file that a runtime writes can be read only by its owner', async () => {
  const home = await createTemporaryFolder();
  await chmod(home, 0o755);
  const { dynamodb } = createClients(await ready(main({ TIDEMARK_HOME: home })));
  await createTable(dynamodb, 'orders');
  await dynamodb.send(new CreateBackupCommand({ TableName: 'orders', BackupName: 'nightly' }));
  const names = await readdir(home, { recursive: true });
  expect(names).toContain('dynamodb.db');
  const open = names.map(async (name) => {
    // Files that were removed in the meantime do not count.
    const found = await stat(join(home, name)).catch(() => undefined);
    return found !== undefined && (found.mode & 0o077) !== 0 ? [name] : [];
  });
  expect((await Promise.all(open)).flat()).toEqual([]);
  expect((await stat(home)).mode & 0o777).toBe(0o700);
});

test('a runtime killed in the middle of a backup or a restore finishes it at the next start', async () => {
  const home = await createTemporaryFolder();
  const killed = main({ TIDEMARK_HOME: home });
  const { dynamodb } = createClients(await ready(killed));
  await createTable(dynamodb, 'orders');
  await fill(dynamodb, 'orders', 1500);
  const before = await readItems(dynamodb, 'orders');
  const { BackupDetails } = await dynamodb.send(
    new CreateBackupCommand({ TableName: 'orders', BackupName: 'nightly' }),
  );
  const ended = once(killed, 'exit');
  killed.kill('SIGKILL');
  await ended;
  const leftOver = await databaseOf(home);

  const arn = String(BackupDetails?.BackupArn);
  const key = parseBackupArn(arn);
  if (key === undefined) throw new Error(`no backup: ${arn}`);
  const next = await startTestRuntime(home);
  expect(await runs(leftOver)).toBe(false);
  await next.executions.idle();
  // It takes a second attempt, because the first was killed.
  const backup = await next.operations.describeBackup(key);
  expect(backup).toMatchObject({ status: 'AVAILABLE', attempts: 2 });
  await next.close();

  const again = main({ TIDEMARK_HOME: home });
  const restore = { BackupArn: arn, TargetTableName: 'restored' };
  await createClients(await ready(again)).dynamodb.send(new RestoreTableFromBackupCommand(restore));
  const endedAgain = once(again, 'exit');
  again.kill('SIGKILL');
  await endedAgain;

  const last = await startTestRuntime(home);
  await last.executions.idle();
  const record = await last.services.catalog.restores.get('restored');
  expect(record).toMatchObject({ status: 'RESTORED', attempts: 2 });
  expect(record).not.toHaveProperty('reason');
  expect(await readItems(createClients(last.url).dynamodb, 'restored')).toEqual(before);
});

describe('the end of the runtime', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('by %s is orderly', async (signal) => {
    const home = await createTemporaryFolder();
    const child = main({ TIDEMARK_HOME: home });
    await ready(child);
    const database = await databaseOf(home);
    const ended = once(child, 'exit');
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
    expect(await runs(database)).toBe(false);
  });

  test('comes immediately after a second Ctrl-C', async () => {
    const home = await createTemporaryFolder();
    const child = main({ TIDEMARK_HOME: home });
    const url = await ready(child);
    const database = await databaseOf(home);
    // A request that never becomes complete keeps the first Ctrl-C from ending the runtime.
    const held = request(url, { method: 'POST' });
    held.flushHeaders();
    const [socket] = (await once(held, 'socket')) as [Socket];
    if (socket.connecting) await once(socket, 'connect');
    const cut = once(held, 'error');
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(await cut).toMatchObject([{ code: 'ECONNRESET' }]);
    await expect.poll(() => runs(database)).toBe(false);
  });
});

describe('a start that fails', () => {
  test('prints one line and exits with 1 if the configuration is wrong', async () => {
    const home = await createTemporaryFolder();
    const file = join(home, 'config.json');
    await writeFile(file, JSON.stringify({ groups: [{ name: 'shop', tables: [] }] }));
    const { code, said } = await refusal(main({ TIDEMARK_HOME: home, TIDEMARK_CONFIG: file }));
    expect(code).toBe(1);
    expect(said).toBe(
      `tidemark: ${file}: groups[0].tables must be a list of 1 to 100 tables or patterns, such as "orders-*"\n`,
    );
  });

  test('prints one line and exits with 1 if the home folder is in use', async () => {
    const home = await createTemporaryFolder();
    await startTestRuntime(home);
    const { code, said } = await refusal(main({ TIDEMARK_HOME: home }));
    expect(code).toBe(1);
    expect(said).toMatch(/^tidemark: \S+ is in use by process \d+\. Stop it, .*npm start\n$/);
  });

  test('prints one line and exits with 1 if the port is in use', async () => {
    const { url } = await startTestRuntime(await createTemporaryFolder());
    const home = await createTemporaryFolder();
    const { port } = new URL(url);
    const { code, said } = await refusal(main({ TIDEMARK_HOME: home, PORT: port }));
    expect(code).toBe(1);
    expect(said).toBe(
      `tidemark: Port ${port} is in use. Choose another: PORT=${Number(port) + 10} npm start\n`,
    );
    await expect(databaseOf(home)).rejects.toThrow('ENOENT');
  });

  test.each([
    [{ PORT: 'http' }, 'PORT must be a number up to 65535, not http'],
    [{ PORT: '65536' }, 'PORT must be a number up to 65535, not 65536'],
    [
      { TIDEMARK_DYNAMODB_ENDPOINT: 'localhost:8000' },
      'TIDEMARK_DYNAMODB_ENDPOINT must be a URL that begins with http://',
    ],
  ])('%j', async (env, message) => {
    const { code, said } = await refusal(main({ TIDEMARK_HOME: await createTemporaryFolder(), ...env }));
    expect([code, said]).toEqual([1, `tidemark: ${message}\n`]);
  });

  test('also prints the stack if DEBUG is set', async () => {
    const home = await createTemporaryFolder();
    await writeFile(join(home, 'lock.db'), 'no database'.repeat(1000));
    const { code, said } = await refusal(main({ TIDEMARK_HOME: home, DEBUG: '1' }));
    expect(code).toBe(1);
    expect(said).toContain('home-lock.ts');
  });
});
