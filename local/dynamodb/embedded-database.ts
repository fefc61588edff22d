import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
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
  /** The database's address, on a random address of the loopback. */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Returns the path of the embedded database's SQLite file in this home folder. */
export function findDatabaseFile(home: string): string {
  return join(home, 'dynamodb.db');
}

/**
 * Starts the embedded DynamoDB with its file in the home folder, which only this process may use. First it kills the
 * database that a killed runtime left running. Throws an `Error` with a message for people if the database does not exist
 * for this platform, or does not start.
 *
 * What this folder adds to that database: `mend-streams.ts` and `streams-client.ts` correct its streams, `recovery/` gives
 * it point-in-time recovery, and `exports/` gives it exports to a bucket and imports from one. It has no on-demand backups
 * (`no-native-backups.ts`): Tidemark makes the backups.
 */
export async function startDatabase(home: string, log: Log): Promise<EmbeddedDatabase> {
  const file = findDatabaseFile(home);
  const pidFile = join(home, 'dynamodb.pid');
  const binary = findBinary();
  await killLeftOver(pidFile, { executable: binary, arguments: ['--db-path', file] });
  const host = chooseHost();
  const port = await findFreePort(host);
  const child = spawn(
    binary,
    ['serve', '--host', host, '--port', String(port), '--db-path', file],
    // A separate process group: otherwise Ctrl-C would end the database before the steps that use it.
    { detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  // Write the file at once: if this process is killed now, the next runtime must find the database.
  if (child.pid !== undefined) writeFileSync(pidFile, String(child.pid));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const reportEnd = (): void => log.error('the embedded database has ended: start the runtime again');
  try {
    await once(child, 'spawn');
    await waitUntilListening(child);
    mendStreams(file);
  } catch (error) {
    kill();
    process.off('exit', kill);
    throw error;
  }
  child.once('exit', reportEnd);
  return {
    endpoint: `http://${host}:${port}`,
    async close() {
      child.off('exit', reportEnd);
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
      'The embedded database runs on Linux on x64 only and is not installed here. Start another DynamoDB, ' +
        'for instance DynamoDB Local, and set TIDEMARK_DYNAMODB_ENDPOINT to its address',
      { cause },
    );
  }
}

/**
 * Waits for the line on standard error by which the database reports that it listens. If the database ends instead, throws
 * the reason.
 */
async function waitUntilListening({ stderr }: ChildProcess): Promise<void> {
  if (stderr === null) throw new TypeError('the standard error is a pipe');
  let output = '';
  // Keep the pipe open, because the database continues to write to it.
  for await (const chunk of stderr.iterator({ destroyOnReturn: false })) {
    output += String(chunk);
    if (output.includes('listening')) {
      stderr.resume();
      return;
    }
  }
  throw new Error(`The embedded database does not start: ${output.trim()}`);
}

/**
 * Chooses an address of the loopback at random. The database lets pages of every origin use it, and needs no key. A page
 * that wants to reach it has to guess one of 16 million addresses and its port.
 */
function chooseHost(): string {
  return `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
}

async function findFreePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return address.port;
}
