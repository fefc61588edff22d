import { mkdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type ConfiguredSink, destinationOf } from '../lambda/model/data-sinks.ts';
import { TidemarkError } from '../lambda/runtime/errors.ts';
import { createDirectoryStore } from '../lambda/storage/directory-store.ts';
import { createGuardedStore } from '../lambda/storage/guarded-store.ts';
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

/**
 * Opens the store of a sink's folder. Throws `SinkUnreachable` if the folder does not exist: it may be a disk that is not
 * there. So does each call of the store once the folder is gone or is another one, as after the disk was removed: the store
 * must neither make the folder nor take all of its objects for deleted.
 */
export async function openFolder(sink: ConfiguredSink): Promise<ObjectStore> {
  const { folder = '', prefix = '' } = sink;
  const opened = await identify(sink);
  const store = createDirectoryStore(join(folder, prefix));
  return createGuardedStore({
    async open() {
      if ((await identify(sink)) === opened) return store;
      throw unreachableError(sink, 'is another one than at the start. Restart Tidemark to use it');
    },
  });
}

/** Returns what distinguishes the folder from another one at the same path. */
async function identify(sink: ConfiguredSink): Promise<string> {
  const found = await stat(sink.folder ?? '').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found?.isDirectory() === true) return `${found.dev}/${found.ino}`;
  throw unreachableError(sink, 'does not exist. Is its disk there?');
}

function unreachableError(sink: ConfiguredSink, fault: string): TidemarkError {
  return new TidemarkError(
    'SinkUnreachable',
    `The folder of the data sink ${sink.name} (${destinationOf(sink)}) ${fault}`,
  );
}
