import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The databases and stores of a run need no more than this. */
const neededBytes = 2 * 1024 ** 3;

/** No test runs this long without creating a folder. */
const maxAgeMs = 2 * 60 * 60 * 1000;

/** A file system in memory, on Linux. */
const memory = '/dev/shm';

const prefix = 'tidemark-run-';

/**
 * Returns the folder for all temporary files of this run of the tests. It is in memory if there is room, which makes
 * the tests a quarter faster. Steps that outlive their test may write into it until the run ends.
 */
export function openRunFolder(): string {
  const folder = join(parentFolder(), `${prefix}${process.pid}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Removes the folder of this run, and those of killed runs. */
export function removeRunFolders(parents: readonly string[] = [memory, tmpdir()], now = Date.now()): void {
  for (const parent of parents.filter((each) => existsSync(each))) {
    for (const name of readdirSync(parent)) {
      const folder = join(parent, name);
      const isOwn = name === `${prefix}${process.pid}`;
      if (isOwn || (name.startsWith(prefix) && now - changedAt(folder) > maxAgeMs))
        rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    }
  }
}

function changedAt(folder: string): number {
  return statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
}

function parentFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize >= neededBytes ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}
