import type {
  ImportTableDescription,
  TableDescription as SdkTableDescription,
} from '@aws-sdk/client-dynamodb';
import { buildSiblingTableArn } from '../model/backup-arn.ts';
import { requestTimeOf } from '../model/ids.ts';
import type { RestoreRecord } from '../model/records.ts';
import type { Services } from '../services/services.ts';
import { importSourceOf } from './import-source.ts';
import { readTagState } from './restore-tag.ts';

/**
 * The proof that a restore made a table, by DynamoDB's own answers. The catalog's record is no proof: somebody who forges a
 * record must not be able to make Tidemark delete a table.
 */

/** The largest difference between DynamoDB's clock and that of the request. */
export const clockSkewMs = 5 * 60_000;

/** Once a restore has ended for this long, none of its steps can still be running: a function runs for 15 minutes at most. */
export const lateTableDelayMs = 20 * 60_000;

/**
 * `tagged`: the table has the restore's own tag, so it may be deleted. `imported`: the restore's own import made it, and it
 * has no tag yet, so it may be tagged. `finished`: a restore completed it, so it belongs to its owner. `none`: nothing
 * shows that the restore made it.
 */
export type Evidence = 'tagged' | 'imported' | 'finished' | 'none';

/** Finds the evidence that the restore made the table. `made`: the restore's own import, if it has one. */
export async function findEvidence(
  services: Pick<Services, 'dynamodb' | 'secret'>,
  restore: RestoreRecord,
  table: SdkTableDescription,
  made: ImportTableDescription | undefined,
): Promise<Evidence> {
  if (!isMadeInTime(restore, table)) return 'none';
  const state = await readTagState(services, table, restore);
  if (state === 'own') return 'tagged';
  if (state === 'finished') return 'finished';
  if (state === 'other' || table.TableId === undefined) return 'none';
  return table.TableId === made?.TableId ? 'imported' : 'none';
}

/**
 * True if DynamoDB created the table between the restore's request and its end. The request's time is in the restore's
 * id, which is also the token of its import and part of its signed tag.
 */
function isMadeInTime({ id, endedAt }: RestoreRecord, { CreationDateTime }: SdkTableDescription): boolean {
  const createdAt = CreationDateTime?.getTime();
  if (createdAt === undefined) return false;
  const isBefore = createdAt < requestTimeOf(id) - clockSkewMs;
  const isAfter = endedAt !== undefined && createdAt > endedAt + lateTableDelayMs + clockSkewMs;
  return !isBefore && !isAfter;
}

/** True if the import was started by this restore: it has the restore's token, reads its folder and makes its target. */
export function isOwnImport(
  services: Services,
  restore: RestoreRecord,
  { ClientToken, S3BucketSource, TableArn }: ImportTableDescription,
): boolean {
  const { S3Bucket, S3KeyPrefix } = importSourceOf(services, restore);
  return (
    ClientToken === restore.id &&
    S3BucketSource?.S3Bucket === S3Bucket &&
    S3BucketSource?.S3KeyPrefix === S3KeyPrefix &&
    TableArn === buildSiblingTableArn(restore.source.arn, restore.target)
  );
}
