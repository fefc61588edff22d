import {
  type DynamoDBClient,
  type ImportTableDescription,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-dynamodb';
import type { RestoreRecord } from '../model/records.ts';
import type { Services } from '../services/services.ts';
import { findTable } from '../tables/table.ts';
import { mayTableAppear } from './import-job.ts';
import { restoreTag } from '../model/restore-tag-name.ts';

/** True if the table carries the tag of this restore. */
export async function hasRestoreTag(dynamodb: DynamoDBClient, arn: string, id: string): Promise<boolean> {
  const { Tags = [] } = await dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn: arn }));
  return Tags.some((tag) => tag.Key === restoreTag && tag.Value === id);
}

/**
 * `tagged` once the table that an import has made, which cannot be made with tags, carries the restore's, whatever became of
 * the import: only then may it be removed. `wait`: it is to be asked again; rights that hang on a tag may take a moment to
 * follow. `lost`: there is no such table.
 */
export async function ensureTag(
  services: Pick<Services, 'dynamodb' | 'clock' | 'config'>,
  { id, target }: RestoreRecord,
  made: ImportTableDescription,
): Promise<'tagged' | 'wait' | 'lost'> {
  const { dynamodb } = services;
  const table = await findTable(dynamodb, target);
  if (table === undefined && mayTableAppear(services, made)) return 'wait';
  if (table === undefined || table.TableId !== made.TableId) return 'lost';
  if (table.TableStatus !== 'ACTIVE') return 'wait';
  const ResourceArn = String(table.TableArn);
  if (await hasRestoreTag(dynamodb, ResourceArn, id)) return 'tagged';
  await dynamodb.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: restoreTag, Value: id }] }));
  return 'wait';
}

/** Takes the tag off, if it is there: nobody of ours can write or delete the table any more. */
export async function removeRestoreTag(dynamodb: DynamoDBClient, arn: string): Promise<void> {
  await dynamodb.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: [restoreTag] }));
}
