import { randomUUID } from 'node:crypto';
import { type FileHandle, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { TidemarkError } from '../runtime/errors.ts';
import type { ObjectStore, PutOutcome, StoredObject } from './object-store.ts';

/** Unfinished bodies are written here: in the objects' file system, so that publishing is one atomic step. */
const temporaryFolder = '.tmp';

/**
 * The snapshot store as files below a directory, one for each object, under its key. The file system must have
 * hard links: `link` is the one call that publishes a complete file on condition that its name is free. Unlike in
 * S3, a key cannot be an object and the start of other keys at once.
 *
 * A put resolves when the object outlives a power failure. A killed writer leaves at most a file in `.tmp`,
 * which no key can name. Throws `Internal` for a key that is not a plain relative path.
 */
export function createDirectoryStore(root: string): ObjectStore {
  const folder = resolve(root);
  const fileOf = (key: string): string => join(folder, ...segmentsOf(key));

  async function store(key: string, write: Write, publish: Publish): Promise<PutOutcome> {
    const final = fileOf(key);
    const temporary = join(folder, temporaryFolder, randomUUID());
    await mkdir(dirname(temporary), { recursive: true });
    try {
      await writeDurably(temporary, write);
      await mkdir(dirname(final), { recursive: true });
      const outcome = await publish(temporary, final);
      if (outcome === 'stored') await syncFolders(dirname(final), folder);
      return outcome;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  return {
    put: (key, body, options) =>
      store(key, (handle) => handle.writeFile(body), options?.ifAbsent === true ? publishIfAbsent : replace),
    putStream: (key, body) => store(key, (handle) => handle.writeFile(body), publishIfAbsent),
    async get(key) {
      return readFile(fileOf(key)).catch(notFound(key));
    },
    async getRange(key, offset, length) {
      await using handle = await open(fileOf(key)).catch(notFound(key));
      return await readRange(handle, key, offset, length);
    },
    async *getStream(key) {
      const handle = await open(fileOf(key)).catch(notFound(key));
      yield* handle.createReadStream();
    },
    list: (folder) => objectsBelow(fileOf(folder), folder),
    async delete(keys) {
      for (const key of keys) await rm(fileOf(key), { force: true });
    },
  };
}

type Write = (handle: FileHandle) => Promise<void>;
type Publish = (temporary: string, final: string) => Promise<PutOutcome>;

function segmentsOf(key: string): string[] {
  const segments = key.split('/');
  const plain = segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  if (!plain || key.includes('\0') || segments[0] === temporaryFolder) {
    throw new TidemarkError('Internal', `Not an object key: ${JSON.stringify(key)}`);
  }
  return segments;
}

async function writeDurably(file: string, write: Write): Promise<void> {
  await using handle = await open(file, 'wx');
  await write(handle);
  await handle.sync();
}

const publishIfAbsent: Publish = async (temporary, final) => {
  try {
    await link(temporary, final);
    return 'stored';
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return 'exists';
    throw error;
  }
};

const replace: Publish = async (temporary, final) => {
  await rename(temporary, final);
  return 'stored';
};

/** Every folder up to the root: another writer may have made one a moment ago without having synced its parent. */
async function syncFolders(from: string, root: string): Promise<void> {
  for (let folder = from; folder.length >= root.length; folder = dirname(folder)) {
    await using handle = await open(folder);
    await handle.sync();
  }
}

async function readRange(
  handle: FileHandle,
  key: string,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const { size } = await handle.stat();
  // Asked before the buffer is made: a wrong length may be larger than memory.
  if (offset + length > size) {
    throw new TidemarkError('SnapshotCorrupt', `${key} has ${size} bytes, not ${length} from ${offset}`);
  }
  const bytes = Buffer.alloc(length);
  for (let filled = 0; filled < length;) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) throw new TidemarkError('SnapshotCorrupt', `${key} was cut off while it was read`);
    filled += bytesRead;
  }
  return bytes;
}

async function* objectsBelow(path: string, key: string): AsyncGenerator<StoredObject> {
  for (const entry of (await unlessGone(readdir(path, { withFileTypes: true }))) ?? []) {
    const place = [join(path, entry.name), `${key}/${entry.name}`] as const;
    if (entry.isDirectory()) {
      yield* objectsBelow(...place);
    } else {
      const found = await unlessGone(stat(place[0]));
      if (found !== undefined) yield { key: place[1], bytes: found.size };
    }
  }
}

/** Undefined if what was asked for is not there, or is no folder. */
async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isSystemError(error, 'ENOENT') || isSystemError(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

function notFound(key: string): (error: unknown) => never {
  return (error) => {
    if (!isSystemError(error, 'ENOENT')) throw error;
    throw new TidemarkError('ObjectNotFound', `There is no object ${key}`, { cause: error });
  };
}

function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
