import {
  type DynamoDBClient,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-dynamodb';
import { restoreTag } from './tag-name.ts';

/** True if the table carries the tag of this restore. */
export async function hasRestoreTag(dynamodb: DynamoDBClient, arn: string, id: string): Promise<boolean> {
  const { Tags = [] } = await dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn: arn }));
  return Tags.some((tag) => tag.Key === restoreTag && tag.Value === id);
}

/**
 * For a table that an import has made, which cannot be made with tags: true if it carries this restore's. Otherwise the
 * tag is put on and it is to be asked again: rights that hang on a tag may take a moment to follow.
 */
export async function ensureRestoreTag(dynamodb: DynamoDBClient, arn: string, id: string): Promise<boolean> {
  if (await hasRestoreTag(dynamodb, arn, id)) return true;
  await dynamodb.send(new TagResourceCommand({ ResourceArn: arn, Tags: [{ Key: restoreTag, Value: id }] }));
  return false;
}

/** Takes the tag off, if it is there: nobody of ours can write or delete the table any more. */
export async function removeRestoreTag(dynamodb: DynamoDBClient, arn: string): Promise<void> {
  await dynamodb.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: [restoreTag] }));
}
