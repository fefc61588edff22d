import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** SQLite's result code for a file that another connection has locked. */
const busy = 5;

/**
 * Locks the home folder for this process and returns a function that unlocks it. The kernel holds the lock, on a SQLite
 * file, so it ends with the process, even if that is killed. The file's `user_version` is the holder's process id.
 *
 * Throws an `Error` with a message for people if another process holds the lock.
 */
export function lockHome(home: string): () => void {
  const file = new DatabaseSync(join(home, 'lock.db'), { timeout: 0 });
  try {
    // While one connection has begun to write, SQLite lets the others read: they see who holds the lock.
    file.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${process.pid}; COMMIT; BEGIN IMMEDIATE`);
  } catch (error) {
    const holder = isBusy(error) ? file.prepare('PRAGMA user_version').get()?.['user_version'] : undefined;
    file.close();
    if (holder === undefined) throw error;
    throw new Error(
      `${home} is in use by process ${String(holder)}. Stop it, or choose another folder: ` +
        'TIDEMARK_HOME=./other PORT=4101 npm start',
      { cause: error },
    );
  }
  return () => file.close();
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === busy;
}
