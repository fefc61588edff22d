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

/** True if the table has the tag of this restore. */
export async function hasRestoreTag(dynamodb: DynamoDBClient, arn: string, id: string): Promise<boolean> {
  const { Tags = [] } = await dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn: arn }));
  return Tags.some((tag) => tag.Key === restoreTag && tag.Value === id);
}

/**
 * Tags the table of an ended import, which cannot make tables with tags. A failed import's table is tagged too, so
 * that it can be deleted. Returns `tagged` once the table has the tag, `lost` if the import's table is not there, and
 * `wait` if the caller must call again: rights that depend on a tag may take a moment to follow.
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

/**
 * Removes the restore's tag, if the table has it: from then on Tidemark can neither write to the table nor delete it.
 */
export async function removeRestoreTag(dynamodb: DynamoDBClient, arn: string): Promise<void> {
  await dynamodb.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: [restoreTag] }));
}
