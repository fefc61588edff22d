import type { S3BucketSource } from '@aws-sdk/client-dynamodb';
import type { Services } from '../services/services.ts';
import { toBucketKey } from '../storage/bucket-key.ts';
import type { RestoreJob } from '../jobs/job.ts';
import { openRestoreStaging } from '../jobs/staging.ts';

/** The folder in a restore's staging that is imported: all its objects, and no others. */
const folder = 'import';

/** The key of the object that one part of a task stores. */
export function importKeyOf(
  services: Services,
  restore: Pick<RestoreJob, 'id'>,
  task: number,
  part: number,
): string {
  return openRestoreStaging(services, restore).key(`${folder}/${task}-${part}.json.gz`);
}

/**
 * Where DynamoDB finds the objects. The prefix ends with a slash, because `a/1` would also match `a/10`. It
 * identifies the restore's import: no other restore has this prefix.
 */
export function importSourceOf(services: Services, restore: Pick<RestoreJob, 'id'>): S3BucketSource {
  const { bucket, prefix } = services.bucketPlace;
  const path = `${openRestoreStaging(services, restore).key(folder)}/`;
  return { S3Bucket: bucket, S3KeyPrefix: toBucketKey(prefix, path) };
}
