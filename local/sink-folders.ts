import { mkdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ConfiguredSink } from '../lambda/model/data-sinks.ts';
import { TidemarkError } from '../lambda/runtime/errors.ts';
import { createDirectoryStore } from '../lambda/storage/directory-store.ts';
import type { ObjectStore } from '../lambda/storage/object-store.ts';

/**
 * Gives a data sink the folder that stands for its bucket: the configured one, which must exist, or one in `home`, which is
 * created.
 */
export async function placeSink(sink: ConfiguredSink, home: string): Promise<ConfiguredSink> {
  if (sink.folder !== undefined) return { ...sink, folder: resolve(sink.folder) };
  const folder = join(home, 'sinks', sink.bucket);
  await mkdir(folder, { recursive: true });
  return { ...sink, folder };
}

/** Opens the store of a sink's folder. Throws if the folder does not exist: it may be a disk that is not there. */
export async function openFolder({ folder = '', prefix = '' }: ConfiguredSink): Promise<ObjectStore> {
  if (!(await stat(folder)).isDirectory()) throw new TidemarkError('Internal', 'not a folder');
  return createDirectoryStore(join(folder, prefix));
}
