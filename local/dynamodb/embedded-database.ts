import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import type { Log } from '../../lambda/runtime/logger.ts';
import { killLeftOver } from '../left-over.ts';
import { mendStreams } from './mend-streams.ts';

export interface EmbeddedDatabase {
  /** Its address, `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** The SQLite file of the embedded database in this home folder. */
export function databaseFile(home: string): string {
  return join(home, 'dynamodb.db');
}

/**
 * Starts the embedded DynamoDB with its file in the home folder, which only this process may use. One that a killed
 * runtime left behind is ended first. Throws an `Error` for people if there is none for this platform or it does not
 * start.
 */
export async function startDatabase(home: string, log: Log): Promise<EmbeddedDatabase> {
  const file = databaseFile(home);
  const pidFile = join(home, 'dynamodb.pid');
  const binary = findBinary();
  await killLeftOver(pidFile, file);
  const port = await freePort();
  const child = spawn(
    binary,
    ['serve', '--host', '127.0.0.1', '--port', String(port), '--db-path', file],
    // In a process group of its own, or Ctrl-C would end it before the steps that are using it.
    { detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  // At once: a runtime that is killed now leaves a database that the next one must find.
  if (child.pid !== undefined) writeFileSync(pidFile, String(child.pid));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lost = (): void => log.error('the embedded database has ended; start again');
  try {
    await once(child, 'spawn');
    await listening(child);
    mendStreams(file);
  } catch (error) {
    kill();
    process.off('exit', kill);
    throw error;
  }
  child.once('exit', lost);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      child.off('exit', lost);
      child.kill('SIGTERM');
      await exited;
      process.off('exit', kill);
      await rm(pidFile, { force: true });
    },
  };
}

function findBinary(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json');
    return join(dirname(manifest), 'dynoxide');
  } catch (cause) {
    throw new Error(
      'The embedded database is for Linux on x64 and is not installed here. Start another DynamoDB, ' +
        'for instance DynamoDB Local, and set TIDEMARK_DYNAMODB_ENDPOINT to its address',
      { cause },
    );
  }
}

/** The database tells on its standard error that it listens, or why it ends. */
async function listening({ stderr }: ChildProcess): Promise<void> {
  if (stderr === null) throw new TypeError('the standard error is a pipe');
  let said = '';
  // The pipe stays open: the database could not write to a closed one.
  for await (const chunk of stderr.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    if (said.includes('listening')) {
      stderr.resume();
      return;
    }
  }
  throw new Error(`The embedded database does not start: ${said.trim()}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return address.port;
}
