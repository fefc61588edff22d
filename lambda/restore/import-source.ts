import type { S3BucketSource } from '@aws-sdk/client-dynamodb';
import type { Services } from '../services/services.ts';
import { bucketKey } from '../storage/bucket-key.ts';
import type { RestoreJob } from '../jobs/job.ts';
import { restoreStaging } from '../jobs/staging.ts';

/** The folder in a restore's staging whose objects, and no others, are imported. */
const folder = 'import';

/** The key of the object that one part of a task makes. */
export function importKeyOf(
  { store }: Services,
  restore: Pick<RestoreJob, 'id'>,
  task: number,
  part: number,
): string {
  return restoreStaging(store, restore).key(`${folder}/${task}-${part}.json.gz`);
}

/**
 * Where DynamoDB finds the objects. The slash at the end matters: a prefix is matched as it stands, so that `a/1` is the
 * beginning of `a/10` too. No other restore has this prefix: an import is known by it.
 */
export function importSourceOf(
  { store, bucketPlace: { bucket, prefix } }: Services,
  restore: Pick<RestoreJob, 'id'>,
): S3BucketSource {
  const path = `${restoreStaging(store, restore).key(folder)}/`;
  return { S3Bucket: bucket, S3KeyPrefix: bucketKey(prefix, path) };
}
