import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Services } from '../../lambda/services/services.ts';
import { type Manifest, readManifest } from '../../lambda/snapshot/format/manifest.ts';
import { createDirectoryStore } from '../../lambda/storage/directory-store.ts';
import type { ObjectStore } from '../../lambda/storage/object-store.ts';
import { nameDataFolder } from './data.ts';
import { BenchError } from './run.ts';
import { createServices, table, type Work, listWrittenRuns } from './steps.ts';
import type { DataKey } from './data-key.ts';
import type { BackupId } from '../../lambda/model/ids.ts';

/** The environment of a case: a store in a temporary folder, which also shows the staged files of the data. */
export interface World {
  readonly data: DataKey;
  readonly folder: string;
  readonly services: Services;
}

export async function openWorld(data: DataKey, folder: string): Promise<World> {
  await mkdir(folder, { recursive: true });
  const store = createDirectoryStore(folder);
  const staged = createDirectoryStore(nameDataFolder(data));
  return { data, folder, services: createServices(addStaged(store, staged)) };
}

/** Reads the keys below `staged/` from another store: a store follows no link out of its folder. */
function addStaged(store: ObjectStore, staged: ObjectStore): ObjectStore {
  const storeOf = (key: string): ObjectStore => (key.startsWith('staged/') ? staged : store);
  return {
    ...store,
    get: (key) => storeOf(key).get(key),
    getRange: (key, offset, length) => storeOf(key).getRange(key, offset, length),
    getStream: (key) => storeOf(key).getStream(key),
  };
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
