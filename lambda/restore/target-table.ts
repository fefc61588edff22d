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
import { markFinished } from './restore-tag.ts';
import { type Evidence, findEvidence } from './target-evidence.ts';

/**
 * Describes the target. Throws `TargetTableLost` unless it is the table that this restore made. No step writes to another
 * table, or changes another one.
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
 * Removes the table that a failed or abandoned restore made, or finishes it if the restore had settled it. Returns the
 * table's fate, or why it is not known yet. A table of the same name that is not the restore's is never touched, and a table is
 * tagged or deleted only if DynamoDB itself shows that the restore made it.
 *
 * `isLast`: no later execution will try again, so the call does not wait for the tag of an untagged table, and a right that
 * Tidemark lacks becomes part of the answer. Otherwise throws DynamoDB's error.
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
    if (target.isRecorded && restore.settled === true) return await releaseTable(services, restore, target);
    return await removeTable(services, restore, target, isLast);
  } catch (error) {
    if (!isLast || !isDenied(error)) throw error;
    if (restore.settled === true) return { kind: 'complete', lacks: 'finishedTag' };
    return { kind: 'unseen', error: reasonOf(error) };
  }
}

/** A table that the restore made, by the evidence of DynamoDB itself. */
interface Target {
  readonly table: SdkTableDescription;
  readonly evidence: Evidence;
  /** The record names this table. That alone allows neither tagging nor deleting it. */
  readonly isRecorded: boolean;
}

/**
 * Finds the restore's table. Returns undefined if there is none, and `changing` while one may still appear or is being
 * imported or deleted. It recognizes the table by its tag or its import, because a late twin of the step that makes the
 * table may have made a table that the record does not name.
 */
async function findTarget(
  services: Services,
  restore: RestoreRecord,
): Promise<Target | 'changing' | undefined> {
  const made = restore.way === 'import' ? await findImport(services, restore) : undefined;
  // The table of a running import cannot be deleted, and DescribeTable may not show it.
  if (made !== undefined && isImportRunning(made)) return 'changing';
  const table = await findTable(services.dynamodb, restore.target);
  if (table === undefined)
    return made !== undefined && mayTableAppear(services, made) ? 'changing' : undefined;
  if (table.TableStatus === 'DELETING') return 'changing';
  const evidence = await findEvidence(services, restore, table, made);
  const isRecorded = table.TableId !== undefined && table.TableId === restore.targetTableId;
  return isRecorded || evidence !== 'none' ? { table, evidence, isRecorded } : undefined;
}

/** Marks a settled table as finished, so that Tidemark can no longer change it. */
async function releaseTable(
  { dynamodb }: Services,
  { description }: RestoreRecord,
  { table, evidence }: Target,
): Promise<TargetFate> {
  if (evidence === 'tagged' || evidence === 'imported') await markFinished(dynamodb, table);
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
  { table, evidence }: Target,
  isLast: boolean,
): Promise<TargetFate | NotYet> {
  // Another execution has completed the table, or somebody has forged the record: the table belongs to its owner.
  if (evidence === 'finished') return { kind: 'absent' };
  if (table.DeletionProtectionEnabled === true) return { kind: 'kept', why: 'protected' };
  // Every table except that of an import had the tag from its creation, so its owner removed the tag.
  if (evidence === 'none') return { kind: 'kept', why: 'tagRemoved' };
  const isTagged = evidence === 'tagged';
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
