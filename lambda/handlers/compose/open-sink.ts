import type { ConfiguredSink } from '../../model/data-sinks.ts';
import type { ObjectStore } from '../../storage/object-store.ts';

/** Opens the store of a deployed data sink. The S3 client is loaded only when a function uses a sink. */
export async function openSink({
  bucket,
  prefix = '',
  kmsKey,
  storageClass,
}: ConfiguredSink): Promise<ObjectStore> {
  const { openBucket } = await import('../../storage/s3-store.ts');
  return openBucket({
    bucket,
    prefix,
    ...(kmsKey !== undefined && { keyArn: kmsKey }),
    ...(storageClass !== undefined && { storageClass }),
  });
}
