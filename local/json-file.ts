import { readFile, rename, writeFile } from 'node:fs/promises';
import pLimit from 'p-limit';

/** Reads the entries of a JSON object in a file. A missing file has none. `reviver` is that of JSON.parse. */
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
 * Creates a function that writes the entries to a file, in their state at the start of the write. The file always holds
 * either the old entries or the new ones. A failed write rejects for its caller; the next write writes all entries again.
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
