import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** SQLite's result code for a file that another connection has locked. */
const busy = 5;

/**
 * Takes the home folder for this process; the result gives it back. The lock is the kernel's, on a SQLite file, so that
 * it ends with its process, however that ends. The holder's process id is the file's `user_version`.
 *
 * Throws an `Error` for people if another process has it.
 */
export function lockHome(home: string): () => void {
  const file = new DatabaseSync(join(home, 'lock.db'), { timeout: 0 });
  try {
    // SQLite lets others read while one has begun to write, so that they see who holds the lock.
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
