import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupId } from '../../lambda/model/records.ts';
import type { Services } from '../../lambda/services/services.ts';
import { type Manifest, readManifest } from '../../lambda/snapshot/format/manifest.ts';
import { createDirectoryStore } from '../../lambda/storage/directory-store.ts';
import { dataFolder } from './data.ts';
import { BenchError } from './run.ts';
import { servicesOn, table, type Work, writtenRuns } from './steps.ts';
import type { DataKey } from './data-key.ts';

/** What a case works in: a store in a temporary folder, in which the data's staged files are found too. */
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
  return { data, folder, services: servicesOn(createDirectoryStore(folder)) };
}

/** Removes the runs that the work wrote, and all that steps left for each other. */
export async function clear({ folder, services }: World, work?: Work): Promise<void> {
  if (work !== undefined) await services.store.delete(await writtenRuns(services, work));
  await rm(join(folder, 'staging'), { recursive: true, force: true });
}

export async function snapshotOf({ services }: World, id: BackupId | undefined): Promise<Manifest> {
  if (id === undefined) throw new BenchError('the ingest made no base');
  return (await readManifest(services.store, table.tableId, id)).manifest;
}

/** The files of a snapshot's runs. */
export function runFiles({ folder }: Pick<World, 'folder'>, { runs }: Pick<Manifest, 'runs'>): string[] {
  return runs.map((run) => join(folder, run.key));
}
