import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultLimits } from '../../lambda/snapshot/format/limits.ts';
import { type StagedFile, StagedFiles } from '../../lambda/sources/staged-files.ts';
import { createDirectoryStore } from '../../lambda/storage/directory-store.ts';
import { makeConfinedChanges, makeUniformChanges } from './changes.ts';
import type { DataKey } from './data-key.ts';
import { makeItem } from './items.ts';

/** The name of a set of files: the full export, a day's changes anywhere, or changes in 1 percent of the hash space. */
export type SetName = 'full' | `day-${number}` | 'confined';

/** Increased when the code that makes the data changes, so that old files are not used. */
const version = 2;

/** The folder that keeps a table's data between runs: staged files by their keys, below `staged/`. */
export function nameDataFolder({ seed, items }: DataKey): string {
  return join(tmpdir(), 'tidemark-bench', `${version}-${seed}-${items}`);
}

/**
 * Returns the staged files of a set, in DynamoDB's export format, with keys below `staged/`. Makes them on first use. The
 * changes of day n apply to the table after day n-1, and those of day 1 to the full export.
 */
export async function stageData(data: DataKey, name: SetName): Promise<readonly StagedFile[]> {
  const list = join(nameDataFolder(data), `${name}.json`);
  const found = await readFile(list, 'utf8').catch(() => undefined);
  if (found !== undefined) return JSON.parse(found) as StagedFile[];
  await mkdir(nameDataFolder(data), { recursive: true });
  const attempt = String(process.pid);
  const files = new StagedFiles(
    createDirectoryStore(nameDataFolder(data)),
    defaultLimits.stagedFileBytes,
    (n) => `staged/${name}/${attempt}-${n}.json.gz`,
  );
  if (name === 'full') {
    for (let index = 0; index < data.items; index++) await files.addItem(makeItem(data.seed, index, 0));
  } else {
    const changes =
      name === 'confined' ? makeConfinedChanges(data) : makeUniformChanges(data, Number(name.slice(4)));
    for (const change of changes) await files.addChange(change);
  }
  const staged = await files.close();
  // The list is written last, in one step, so that it only ever names complete files.
  await writeFile(`${list}.${attempt}`, JSON.stringify(staged));
  await rename(`${list}.${attempt}`, list);
  return staged;
}
