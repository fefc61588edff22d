import {
  DeleteTableCommand,
  type DynamoDBClient,
  type TableDescription as SdkTableDescription,
} from '@aws-sdk/client-dynamodb';
import type { RestoreRecord, TableDescription, TargetFate } from '../model/records.ts';
import { isDenied, isServiceError, reasonOf, TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { findTable } from '../tables/table.ts';
import { findImport, isImportRunning, mayTableAppear } from './import-job.ts';
import { hasRestoreTag, removeRestoreTag } from './restore-tag.ts';

/**
 * Describes the target. Throws `TargetTableLost` unless it is the table that this restore made: a step writes to no
 * other table and changes no other.
 */
export async function describeTarget(
  { dynamodb }: Pick<Services, 'dynamodb'>,
  restore: RestoreRecord,
): Promise<SdkTableDescription> {
  const table = await findTable(dynamodb, restore.target);
  if (table?.TableId === undefined || table.TableId !== restore.targetTableId) throw targetLostError(restore);
  return table;
}

export function targetLostError({ target }: RestoreRecord): TidemarkError {
  return new TidemarkError('TargetTableLost', `${target} is not the table that this restore made`);
}

/** `wait`: call again later. `untagged`: call again once the step that tags tables has tagged this one. */
type NotYet = 'wait' | 'untagged';

/**
 * Removes the table that a failed or abandoned restore made, or finishes it if the restore had settled it. Returns
 * what became of it, or why that is not known yet. A table of the same name that is not the restore's is never
 * touched.
 *
 * `isLast`: no later execution can do more, so an untagged table is not worth waiting for, and a right that Tidemark
 * lacks becomes part of the answer. Otherwise throws what DynamoDB throws.
 */
export async function clearTarget(
  services: Services,
  restore: RestoreRecord,
  { isLast }: { readonly isLast: boolean },
): Promise<TargetFate | NotYet> {
  try {
    const target = await findTarget(services, restore);
    if (target === 'changing') return 'wait';
    if (target === undefined) return { kind: 'absent' };
    if (target.isNoted && restore.settled === true) return await releaseTable(services, restore, target);
    return await removeTable(services, restore, target, isLast);
  } catch (error) {
    if (!isLast || !isDenied(error)) throw error;
    if (restore.settled === true) return { kind: 'complete', lacks: 'tagRemoval' };
    return { kind: 'unseen', error: reasonOf(error) };
  }
}

/** A table that belongs to the restore. */
interface Target {
  readonly table: SdkTableDescription;
  /** Its TableId is that of the restore's record or of the restore's import. */
  readonly isNoted: boolean;
  readonly isTagged: boolean;
  /** The restore has started an import. */
  readonly isImported: boolean;
}

/**
 * Finds the restore's table. Returns undefined if there is none, and `changing` while one may still appear or is being
 * imported or deleted. It recognizes the table by its id or its tag: a late twin of the step that makes the table may
 * have made another one.
 */
async function findTarget(
  services: Services,
  restore: RestoreRecord,
): Promise<Target | 'changing' | undefined> {
  const { dynamodb } = services;
  const made = restore.way === 'import' ? await findImport(services, restore) : undefined;
  // The table of a running import cannot be deleted, and DescribeTable may not show it.
  if (made !== undefined && isImportRunning(made)) return 'changing';
  const table = await findTable(dynamodb, restore.target);
  if (table === undefined)
    return made !== undefined && mayTableAppear(services, made) ? 'changing' : undefined;
  if (table.TableStatus === 'DELETING') return 'changing';
  const noted = restore.targetTableId ?? made?.TableId;
  const isNoted = noted !== undefined && table.TableId === noted;
  const isTagged = await hasRestoreTag(dynamodb, String(table.TableArn), restore.id);
  return isNoted || isTagged ? { table, isNoted, isTagged, isImported: made !== undefined } : undefined;
}

/** Removes the tag of a settled table, so that Tidemark can no longer change it. */
async function releaseTable(
  { dynamodb }: Services,
  { description }: RestoreRecord,
  { table }: Target,
): Promise<TargetFate> {
  await removeRestoreTag(dynamodb, String(table.TableArn));
  return lacksProtection(table, description)
    ? { kind: 'complete', lacks: 'deletionProtection' }
    : { kind: 'complete' };
}

/** True if the restored table should be protected from deletion and is not. */
export function lacksProtection(table: SdkTableDescription, wanted: TableDescription): boolean {
  return wanted.deletionProtection === true && table.DeletionProtectionEnabled !== true;
}

async function removeTable(
  { dynamodb }: Services,
  { target }: RestoreRecord,
  { table, isTagged, isImported }: Target,
  isLast: boolean,
): Promise<TargetFate | NotYet> {
  if (table.DeletionProtectionEnabled === true) return { kind: 'kept', why: 'protected' };
  // An import cannot make a table with tags. Any other table had the tag from its start, so its owner removed it.
  if (!isTagged && !isImported) return { kind: 'kept', why: 'tagRemoved' };
  if (!isTagged && !isLast) return 'untagged';
  try {
    await deleteTable(dynamodb, target);
    return 'wait';
  } catch (error) {
    if (!isLast || !isDenied(error)) throw error;
    if (!isTagged) return { kind: 'kept', why: 'neverTagged' };
    return { kind: 'kept', why: 'denied', error: reasonOf(error) };
  }
}

/** Begins to delete the table. Does nothing while it is being created or updated: it can be deleted in a moment. */
async function deleteTable(dynamodb: DynamoDBClient, name: string): Promise<void> {
  try {
    await dynamodb.send(new DeleteTableCommand({ TableName: name }));
  } catch (error) {
    if (!isServiceError(error, 'ResourceInUseException')) throw error;
  }
}
