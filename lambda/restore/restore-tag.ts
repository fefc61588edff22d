import { timingSafeEqual } from 'node:crypto';
import {
  type DynamoDBClient,
  ListTagsOfResourceCommand,
  type Tag,
  TagResourceCommand,
  type TableDescription as SdkTableDescription,
} from '@aws-sdk/client-dynamodb';
import { type Secret, signWith } from '../secret/secret.ts';
import type { RestoreRecord } from '../model/records.ts';
import { finishedValue, restoreTag } from '../model/restore-tag-name.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';

/** A table has at most 50 tags, and each page lists at least one. */
const maxTagPages = 50;

/**
 * The state of the restore's tag on a table. `own`: Tidemark has put it there for this restore. `finished`: the table is
 * complete and belongs to its owner. `other`: the tag is another restore's, or forged. `none`: the table has no such tag.
 */
export type TagState = 'own' | 'finished' | 'other' | 'none';

/**
 * Makes the tag that shows which restore made a table. The value is the restore's id and a signature of the table's ARN and
 * that id. So even somebody who may tag tables and write to the catalog cannot make Tidemark treat another table as the
 * restore's.
 */
export async function createRestoreTag(
  { secret }: { readonly secret: Secret },
  tableArn: string | undefined,
  { id }: Pick<RestoreRecord, 'id'>,
): Promise<Tag> {
  const key = await secret.deriveKey('restore-tag');
  const signature = signWith(key, `${tableArn}\n${id}`).toString('hex', 0, 16);
  return { Key: restoreTag, Value: `${id}:${signature}` };
}

/** Reads the state of the restore's tag on the table. */
export async function readTagState(
  services: Pick<Services, 'dynamodb' | 'secret'>,
  { TableArn: arn }: SdkTableDescription,
  restore: RestoreRecord,
): Promise<TagState> {
  const value = await findTagValue(services.dynamodb, String(arn));
  if (value === undefined) return 'none';
  if (value === finishedValue) return 'finished';
  const { Value: own } = await createRestoreTag(services, arn, restore);
  return isEqual(value, String(own)) ? 'own' : 'other';
}

/** Puts the restore's tag on its table. */
export async function putRestoreTag(
  services: Pick<Services, 'dynamodb' | 'secret'>,
  { TableArn: arn }: SdkTableDescription,
  restore: RestoreRecord,
): Promise<void> {
  const tag = await createRestoreTag(services, arn, restore);
  await services.dynamodb.send(new TagResourceCommand({ ResourceArn: arn, Tags: [tag] }));
}

/**
 * Marks the table as finished, in place of the restore's tag: from then on Tidemark can neither write to the table nor
 * delete it, even if the catalog's record is forged.
 */
export async function markFinished(
  dynamodb: DynamoDBClient,
  { TableArn: arn }: SdkTableDescription,
): Promise<void> {
  const Tags = [{ Key: restoreTag, Value: finishedValue }];
  await dynamodb.send(new TagResourceCommand({ ResourceArn: arn, Tags }));
}

async function findTagValue(dynamodb: DynamoDBClient, arn: string): Promise<string | undefined> {
  let next: string | undefined;
  for (let page = 0; page < maxTagPages; page++) {
    const { Tags = [], NextToken } = await dynamodb.send(
      new ListTagsOfResourceCommand({ ResourceArn: arn, ...(next !== undefined && { NextToken: next }) }),
    );
    const found = Tags.find(({ Key }) => Key === restoreTag);
    if (found !== undefined) return found.Value;
    if (NextToken === undefined) return undefined;
    next = NextToken;
  }
  throw new TidemarkError('ServiceAnswerInvalid', `the tags of ${arn} have more than ${maxTagPages} pages`);
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
