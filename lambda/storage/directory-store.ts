import { randomUUID } from 'node:crypto';
import {
  constants,
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { TidemarkError } from '../runtime/errors.ts';
import { checkObjectSize, type ObjectStore, type PutOutcome, type StoredObject } from './object-store.ts';

/** Unfinished bodies are written to this folder. It is in the objects' file system, so that publishing is one atomic step. */
const temporaryFolder = '.tmp';

/**
 * A file in that folder that has not changed for this long (ms) is from a killed writer: a put takes minutes at most. A put
 * removes such files, but checks for them only once in this time.
 */
const maxTemporaryAgeMs = 60 * 60 * 1000;

/**
 * Creates a store of files below a directory, one file for each object, with the key as its path. The file system must
 * have hard links: `link` is the only call that publishes a complete file on condition that its name is free. Unlike in
 * S3, there can be no keys below the key of an object.
 *
 * A put resolves when the object would survive a power failure. A killed writer leaves at most a file in `.tmp`, which no
 * key can name, and which a later put removes. Throws `Internal` for a key that is not a plain relative path.
 */
export function createDirectoryStore(root: string): ObjectStore {
  const folder = resolve(root);
  const fileOf = (key: string): string => join(folder, ...segmentsOf(key));
  let cleanedAt = 0;

  async function store(key: string, write: Write, publish: Publish): Promise<PutOutcome> {
    const final = fileOf(key);
    const temporary = join(folder, temporaryFolder, randomUUID());
    await mkdir(dirname(temporary), { recursive: true });
    if (Date.now() - cleanedAt > maxTemporaryAgeMs) {
      cleanedAt = Date.now();
      await removeAbandoned(dirname(temporary));
    }
    try {
      await writeDurably(temporary, write);
      await mkdir(dirname(final), { recursive: true });
      await checkInside(dirname(final), key);
      const outcome = await publish(temporary, final);
      if (outcome === 'stored') await syncFolders(dirname(final), folder);
      return outcome;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Throws `Internal` if a link leads a folder of the key out of the store. */
  async function checkInside(path: string, key: string): Promise<void> {
    const [inside, real] = await Promise.all([realpath(folder), realpath(path)]);
    if (real !== inside && !real.startsWith(`${inside}${sep}`))
      throw new TidemarkError('Internal', `A link leads ${JSON.stringify(key)} out of the store`);
  }

  /** Opens an object for reading. Throws `ObjectNotFound`, also for a link: an object is a file. */
  async function openObject(key: string): Promise<FileHandle> {
    const file = fileOf(key);
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch(throwNotFound(key));
    try {
      await checkInside(dirname(file), key);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  return {
    put: (key, body, options) =>
      store(
        key,
        (handle) => handle.writeFile(body),
        options?.ifAbsent === true ? publishIfAbsent : replaceFile,
      ),
    putStream: (key, body) => store(key, (handle) => handle.writeFile(body), publishIfAbsent),
    async get(key) {
      await using handle = await openObject(key);
      checkObjectSize(key, (await handle.stat()).size);
      return await handle.readFile();
    },
    async getRange(key, offset, length) {
      await using handle = await openObject(key);
      return await readRange(handle, key, offset, length);
    },
    async *getStream(key) {
      const handle = await openObject(key);
      yield* handle.createReadStream();
    },
    list: (folder) => listObjects(fileOf(folder), folder),
    async delete(keys) {
      for (const key of keys) {
        await ignoreMissing(checkInside(dirname(fileOf(key)), key));
        await rm(fileOf(key), { force: true });
      }
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

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const found = await ignoreMissing(stat(file));
    if (found !== undefined && Date.now() - found.mtimeMs > maxTemporaryAgeMs)
      await rm(file, { force: true });
  }
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

const replaceFile: Publish = async (temporary, final) => {
  await rename(temporary, final);
  return 'stored';
};

/** Syncs every folder up to the root: another writer may have created a folder, but not yet synced its parent. */
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
  // Checked before the buffer is made: a wrong length may be larger than memory.
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

async function* listObjects(path: string, key: string): AsyncGenerator<StoredObject> {
  for (const entry of (await ignoreMissing(readdir(path, { withFileTypes: true }))) ?? []) {
    const place = [join(path, entry.name), `${key}/${entry.name}`] as const;
    if (entry.isDirectory()) {
      yield* listObjects(...place);
    } else if (entry.isFile()) {
      const found = await ignoreMissing(stat(place[0]));
      if (found !== undefined) yield { key: place[1], bytes: found.size };
    }
  }
}

/** Returns undefined if the file or folder does not exist, or has another type than the call expects. */
async function ignoreMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isSystemError(error, 'ENOENT') || isSystemError(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

function throwNotFound(key: string): (error: unknown) => never {
  return (error) => {
    // O_NOFOLLOW refuses a link as a loop.
    if (!isSystemError(error, 'ENOENT') && !isSystemError(error, 'ELOOP')) throw error;
    throw new TidemarkError('ObjectNotFound', `There is no object ${key}`, { cause: error });
  };
}

function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
