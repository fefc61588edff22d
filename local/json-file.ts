import { readFile, rename, writeFile } from 'node:fs/promises';
import pLimit from 'p-limit';

/** The entries of a JSON object in a file; none if there is no file. `reviver` as of JSON.parse. */
export async function readEntries<T>(
  file: string,
  reviver?: (name: string, value: unknown) => unknown,
): Promise<Map<string, T>> {
  try {
    return new Map(Object.entries(JSON.parse(await readFile(file, 'utf8'), reviver) as Record<string, T>));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return new Map();
  }
}

/**
 * Writes the entries, as they are when it comes to it, into a file that holds the old ones or the new ones, never half.
 * A write that fails is said to whoever asked for it; the next one writes everything anew.
 */
export function createEntriesWriter(
  file: string,
  entries: ReadonlyMap<string, unknown>,
): () => Promise<void> {
  const inTurn = pLimit(1);
  return () =>
    inTurn(async () => {
      await writeFile(`${file}.new`, JSON.stringify(Object.fromEntries(entries), undefined, 2));
      await rename(`${file}.new`, file);
    });
}
