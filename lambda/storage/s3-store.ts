import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type Clock, systemClock } from '../runtime/clock.ts';
import { requireVariable } from '../runtime/required.ts';
import { environment } from '../runtime/environment.ts';
import { isServiceError, TidemarkError } from '../runtime/errors.ts';
import { bucketKey } from './bucket-key.ts';
import type { ObjectStore, PutOutcome } from './object-store.ts';

export interface S3StoreOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
  /** Waits between the attempts of a put in conflict. @default the system's */
  readonly clock?: Pick<Clock, 'sleep'>;
}

/** S3 takes 10,000 parts, so a stream may have 80 GB; in memory are the two parts under way and the next one. */
const partSize = 8 * 1024 * 1024;
const partsAtOnce = 2;

/** DeleteObjects takes so many keys. */
const keysPerDelete = 1000;

/** Pauses in milliseconds before a put in conflict is tried again; then the conflict is thrown. */
const conflictPauses = [100, 200, 400, 800];

/**
 * The snapshot store as objects of a bucket, under a prefix. Encryption is the bucket's default.
 *
 * `exists` may also be the answer to a writer whose own put was stored while the response got lost, because the
 * SDK then sends it again. Errors of S3 that the port does not name are thrown as the SDK gives them; one is the
 * `ConditionalRequestConflict` of a putStream, whose source is used up and whose parts S3 wants sent anew
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html).
 */
export function createS3Store({ client, bucket, prefix, clock = systemClock }: S3StoreOptions): ObjectStore {
  const at = (key: string) => ({ Bucket: bucket, Key: bucketKey(prefix, key) });

  return {
    async put(key, body, options) {
      const condition = options?.ifAbsent === true ? { IfNoneMatch: '*' } : {};
      const send = () => client.send(new PutObjectCommand({ ...at(key), ...condition, Body: body }));
      return outcomeOf(retryConflicts(send, clock));
    },
    async putStream(key, body) {
      const params = { ...at(key), IfNoneMatch: '*', Body: Readable.from(body) };
      return outcomeOf(new Upload({ client, params, partSize, queueSize: partsAtOnce }).done());
    },
    async get(key) {
      return buffer(await read(client, at(key)).catch(missing(key)));
    },
    async getRange(key, offset, length) {
      const bytes = await readRange(client, at(key), offset, length).catch(missing(key));
      if (bytes?.length === length) return bytes;
      throw new TidemarkError('SnapshotCorrupt', `${key} does not reach to ${length} bytes from ${offset}`);
    },
    async *getStream(key) {
      yield* await read(client, at(key)).catch(missing(key));
    },
    async *list(folder) {
      const { Bucket, Key: Prefix } = at(`${folder}/`);
      const start = Prefix.length - folder.length - 1;
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
        for (const { Key = '', Size = 0 } of Contents) yield { key: Key.slice(start), bytes: Size };
      }
    },
    async delete(keys) {
      for (let start = 0; start < keys.length; start += keysPerDelete) {
        const Objects = keys.slice(start, start + keysPerDelete).map((key) => ({ Key: at(key).Key }));
        const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } });
        const { Errors: [first] = [] } = await client.send(command);
        if (first) throw new TidemarkError('Internal', `S3 did not delete ${first.Key}: ${first.Code}`);
      }
    },
  };
}

/** The store that the stack gave to this function. Throws `Internal` if a variable is missing. */
export function openS3Store(env: NodeJS.ProcessEnv): ObjectStore {
  return createS3Store({
    client: new S3Client({}),
    bucket: requireVariable(env, environment.bucket),
    prefix: env[environment.prefix] ?? '',
  });
}

async function outcomeOf(put: Promise<unknown>): Promise<PutOutcome> {
  try {
    await put;
    return 'stored';
  } catch (error) {
    if (isServiceError(error, 'PreconditionFailed')) return 'exists';
    throw error;
  }
}

/** S3 answers 409 to a conditional put while another write or delete of the key is under way. */
async function retryConflicts(send: () => Promise<unknown>, clock: Pick<Clock, 'sleep'>): Promise<void> {
  for (const pause of conflictPauses) {
    try {
      await send();
      return;
    } catch (error) {
      if (!isServiceError(error, 'ConditionalRequestConflict')) throw error;
    }
    await clock.sleep(pause);
  }
  await send();
}

interface Address {
  readonly Bucket: string;
  readonly Key: string;
}

async function read(client: S3Client, address: Address, range?: string): Promise<Readable> {
  const { Body } = await client.send(new GetObjectCommand({ ...address, Range: range }));
  if (!(Body instanceof Readable)) throw new TidemarkError('Internal', 'S3 answered without a body');
  return Body;
}

/** What S3 has of the range: fewer bytes at the object's end, undefined beyond it. */
async function readRange(
  client: S3Client,
  address: Address,
  offset: number,
  length: number,
): Promise<Uint8Array | undefined> {
  // HTTP has no range of no bytes.
  if (length === 0) {
    const { ContentLength = 0 } = await client.send(new HeadObjectCommand(address));
    return offset <= ContentLength ? new Uint8Array() : undefined;
  }
  try {
    return await buffer(await read(client, address, `bytes=${offset}-${offset + length - 1}`));
  } catch (error) {
    if (isServiceError(error, 'InvalidRange')) return undefined;
    throw error;
  }
}

/** `NotFound` is HEAD's word for it: its answer has no body to name the code. */
function missing(key: string): (error: unknown) => never {
  return (error) => {
    if (!isServiceError(error, 'NoSuchKey', 'NotFound')) throw error;
    throw new TidemarkError('ObjectNotFound', `There is no object ${key}`, { cause: error });
  };
}
