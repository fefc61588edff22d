import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Services } from '../../lambda/services/services.ts';
import { type Manifest, readManifest } from '../../lambda/snapshot/format/manifest.ts';
import { createDirectoryStore } from '../../lambda/storage/directory-store.ts';
import { dataFolder } from './data.ts';
import { BenchError } from './run.ts';
import { createServices, table, type Work, listWrittenRuns } from './steps.ts';
import type { DataKey } from './data-key.ts';
import type { BackupId } from '../../lambda/model/ids.ts';

/** Where a case works: a store in a temporary folder, with a link to the staged files of the data. */
export interface World {
  readonly data: DataKey;
  readonly folder: string;
  readonly services: Services;
}

export async function openWorld(data: DataKey, folder: string): Promise<World> {
  const staged = join(dataFolder(data), 'staged');
  await mkdir(staged, { recursive: true });
  await mkdir(folder, { recursive: true });
  await symlink(staged, join(folder, 'staged')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return { data, folder, services: createServices(createDirectoryStore(folder)) };
}

/** Removes the staging folder, and the runs that the work wrote. */
export async function clearWorld({ folder, services }: World, work?: Work): Promise<void> {
  if (work !== undefined) await services.store.delete(await listWrittenRuns(services, work));
  await rm(join(folder, 'staging'), { recursive: true, force: true });
}

/** Reads the manifest of a snapshot. Throws `BenchError` if there is none. */
export async function readSnapshotManifest({ services }: World, id: BackupId | undefined): Promise<Manifest> {
  if (id === undefined) throw new BenchError('the ingest made no base');
  return (await readManifest(services.store, table.tableId, id)).manifest;
}

/** The files of a snapshot's runs. */
export function runFilesOf({ folder }: Pick<World, 'folder'>, { runs }: Pick<Manifest, 'runs'>): string[] {
  return runs.map((run) => join(folder, run.key));
}
