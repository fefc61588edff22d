import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  type StorageClass,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type Clock, systemClock } from '../runtime/clock.ts';
import { requireVariable } from '../runtime/required.ts';
import { environment } from '../runtime/environment.ts';
import { isServiceError, TidemarkError } from '../runtime/errors.ts';
import { followPages } from '../runtime/follow-pages.ts';
import { nameUnreadableAnswers, outermost } from '../runtime/service-answers.ts';
import { toBucketKey } from './bucket-key.ts';
import { checkObjectSize, type ObjectStore, type PutOutcome } from './object-store.ts';

export interface S3StoreOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
  /** The ARN of the KMS key that encrypts new objects. @default the bucket's own encryption */
  readonly keyArn?: string;
  /** @default the bucket's own: STANDARD */
  readonly storageClass?: StorageClass;
  /** The clock that waits between the attempts of a put in conflict. @default the system's */
  readonly clock?: Pick<Clock, 'sleep'>;
}

/** S3 allows 10,000 parts, so a stream may have 80 GB. Memory holds the parts that are being sent and the next one. */
const partSize = 8 * 1024 * 1024;
const partsAtOnce = 2;

/** DeleteObjects takes at most this many keys. */
const maxKeysPerDelete = 1000;

/** The pauses (ms) before a put in conflict is tried again. After the last pause the conflict is thrown. */
const conflictPauses = [100, 200, 400, 800];

/**
 * Creates a store of objects in a bucket, under a prefix.
 *
 * A put may return `exists` although this writer's own put has stored the object: if the response was lost, the SDK sent
 * the put again. Errors of S3 that the port does not name are thrown unchanged. One of them is the
 * `ConditionalRequestConflict` of a putStream: S3 requires all its parts again, but the source is used up
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html).
 */
export function createS3Store(options: S3StoreOptions): ObjectStore {
  const { client, bucket, prefix, keyArn, storageClass, clock = systemClock } = options;
  const at = (key: string) => ({ Bucket: bucket, Key: toBucketKey(prefix, key) });
  const kept = {
    ...(keyArn !== undefined && { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: keyArn }),
    ...(storageClass !== undefined && { StorageClass: storageClass }),
  };

  return {
    async put(key, body, options) {
      const condition = options?.ifAbsent === true ? { IfNoneMatch: '*' } : {};
      const send = () => client.send(new PutObjectCommand({ ...at(key), ...kept, ...condition, Body: body }));
      return toOutcome(retryConflicts(send, clock));
    },
    async putStream(key, body) {
      const params = { ...at(key), ...kept, IfNoneMatch: '*', Body: Readable.from(body) };
      return toOutcome(new Upload({ client, params, partSize, queueSize: partsAtOnce }).done());
    },
    async get(key) {
      const { body, length } = await open(client, at(key)).catch(throwMissing(key));
      checkObjectSize(key, length);
      return buffer(body);
    },
    async getRange(key, offset, length) {
      const bytes = await readRange(client, at(key), offset, length).catch(throwMissing(key));
      if (bytes?.length === length) return bytes;
      throw new TidemarkError('SnapshotCorrupt', `${key} does not reach to ${length} bytes from ${offset}`);
    },
    async *getStream(key) {
      yield* await read(client, at(key)).catch(throwMissing(key));
    },
    async *list(folder) {
      const { Bucket, Key: Prefix } = at(`${folder}/`);
      const start = Prefix.length - folder.length - 1;
      const pages = followPages(
        'ListObjectsV2',
        (ContinuationToken: string | undefined) =>
          client.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken })),
        ({ NextContinuationToken }) => NextContinuationToken,
      );
      for await (const { Contents = [] } of pages) {
        for (const { Key = '', Size = 0 } of Contents) yield { key: Key.slice(start), bytes: Size };
      }
    },
    async delete(keys) {
      for (let start = 0; start < keys.length; start += maxKeysPerDelete) {
        const Objects = keys.slice(start, start + maxKeysPerDelete).map((key) => ({ Key: at(key).Key }));
        const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } });
        const { Errors: [first] = [] } = await client.send(command);
        if (first) throw new TidemarkError('Internal', `S3 did not delete ${first.Key}: ${first.Code}`);
      }
    },
  };
}

/** Opens the store that the stack gave to this function. Throws `Internal` if a variable is missing. */
export function openS3Store(env: NodeJS.ProcessEnv): ObjectStore {
  return openBucket({
    bucket: requireVariable(env, environment.bucket),
    prefix: env[environment.prefix] ?? '',
  });
}

/** Opens the store of a bucket with the given credentials; without them, with the function's own. */
export function openBucket({
  credentials,
  ...place
}: Omit<S3StoreOptions, 'client' | 'clock'> & Pick<S3ClientConfig, 'credentials'>): ObjectStore {
  const client = new S3Client({ ...(credentials !== undefined && { credentials }) });
  client.middlewareStack.add(nameUnreadableAnswers, outermost);
  return createS3Store({ client, ...place });
}

async function toOutcome(put: Promise<unknown>): Promise<PutOutcome> {
  try {
    await put;
    return 'stored';
  } catch (error) {
    if (isServiceError(error, 'PreconditionFailed')) return 'exists';
    throw error;
  }
}

/** Sends a put again while S3 answers 409: another write or delete of the key is under way. */
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

async function open(
  client: S3Client,
  address: Address,
  range?: string,
): Promise<{ readonly body: Readable; readonly length: number }> {
  const { Body, ContentLength = 0 } = await client.send(new GetObjectCommand({ ...address, Range: range }));
  if (!(Body instanceof Readable)) throw new TidemarkError('Internal', 'S3 answered without a body');
  return { body: Body, length: ContentLength };
}

async function read(client: S3Client, address: Address, range?: string): Promise<Readable> {
  return (await open(client, address, range)).body;
}

/** Reads the part of the range that exists. Returns undefined if the range begins past the object's end. */
async function readRange(
  client: S3Client,
  address: Address,
  offset: number,
  length: number,
): Promise<Uint8Array | undefined> {
  // HTTP has no empty range.
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

/** Throws `ObjectNotFound` for a missing key. A HEAD's answer has no body with the code, so the SDK calls it `NotFound`. */
function throwMissing(key: string): (error: unknown) => never {
  return (error) => {
    if (!isServiceError(error, 'NoSuchKey', 'NotFound')) throw error;
    throw new TidemarkError('ObjectNotFound', `There is no object ${key}`, { cause: error });
  };
}
