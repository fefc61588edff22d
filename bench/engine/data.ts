import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultLimits } from '../../lambda/snapshot/format/limits.ts';
import { type StagedFile, StagedFiles } from '../../lambda/sources/staged-files.ts';
import { createDirectoryStore } from '../../lambda/storage/directory-store.ts';
import { confinedChanges, uniformChanges } from './changes.ts';
import type { DataKey } from './data-key.ts';
import { makeItem } from './items.ts';

/** One file set: the full export, a day's changes anywhere, or changes in 1 percent of the hash space. */
export type SetName = 'full' | `day-${number}` | 'confined';

/** Goes up when the data's making changes, so that no old file is taken for a new one. */
const version = 2;

/** Where the data of a table are kept between runs: staged files by their keys, under `staged/`. */
export function dataFolder({ seed, items }: DataKey): string {
  return join(tmpdir(), 'tidemark-bench', `${version}-${seed}-${items}`);
}

/**
 * The staged files of a set, with keys below `staged/`, in DynamoDB's export format: made on first use, then found
 * again. Day n of the changes is over day n-1, which is over the full export.
 */
export async function stagedSet(data: DataKey, name: SetName): Promise<readonly StagedFile[]> {
  const list = join(dataFolder(data), `${name}.json`);
  const found = await readFile(list, 'utf8').catch(() => undefined);
  if (found !== undefined) return JSON.parse(found) as StagedFile[];
  await mkdir(dataFolder(data), { recursive: true });
  const attempt = String(process.pid);
  const files = new StagedFiles(
    createDirectoryStore(dataFolder(data)),
    defaultLimits.stagedFileBytes,
    (n) => `staged/${name}/${attempt}-${n}.json.gz`,
  );
  if (name === 'full') {
    for (let index = 0; index < data.items; index++) await files.addItem(makeItem(data.seed, index, 0));
  } else {
    const changes = name === 'confined' ? confinedChanges(data) : uniformChanges(data, Number(name.slice(4)));
    for (const change of changes) await files.addChange(change);
  }
  const staged = await files.close();
  // Last and at once: a list that is there names whole files.
  await writeFile(`${list}.${attempt}`, JSON.stringify(staged));
  await rename(`${list}.${attempt}`, list);
  return staged;
}
