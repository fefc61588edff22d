import { DeleteTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { RestoreRecord } from '../model/records.ts';
import { isDenied, isServiceError, reasonOf } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { findTable } from '../tables/table.ts';
import { findImport, isRunning, mayAppear } from './import-job.ts';
import { hasRestoreTag } from './restore-tag.ts';
import { createRestoreJob } from '../jobs/job.ts';

/** So long after a restore's end no step of it runs any more: a function lives for 15 minutes at most. */
export const lateMs = 20 * 60 * 1000;

/** Why a table of a failed restore is there still, for its record. */
export const kept = {
  isProtected: 'is protected from deletion',
  untagged: 'never got the tag by which Tidemark may delete it: delete it if it is not wanted',
  denied: (error: unknown) =>
    `may not be deleted by Tidemark (${reasonOf(error)}): delete it if it is not wanted`,
} as const;

export function left({ target }: RestoreRecord, why: string): string {
  return `its table ${target} is left, as it ${why}`;
}

/**
 * Looks once more, `lateMs` after its end, at the target of a restore that failed: a late twin of the step that makes the
 * table may have made it when the restore was over. Its tag tells then whose it is, or that the restore's import made it.
 * What is not at its end is looked at again by the next call. What may not be deleted, or not be looked at, is said on the
 * record and then left for good: its owner may have plans for it.
 */
export async function removeLateTable(services: Services, restore: RestoreRecord): Promise<void> {
  // What the record says is left, by the abort or by us, is left.
  const isSaid = restore.reason?.includes(left(restore, '')) === true;
  const fate = isSaid ? 'gone' : await clear(services, restore).catch(unseen(restore));
  if (fate === 'wait') return;
  if (fate !== 'gone') await say(services, restore, fate.say);
  await services.catalog.restores.forget(restore);
}

/** `gone`: there is no table of this restore's. `wait`: ask again. `say`: what is to be said of it on the record. */
type Fate = 'gone' | 'wait' | { readonly say: string };

function unseen({ target }: RestoreRecord): (error: unknown) => Fate {
  return (error) => {
    if (!isDenied(error)) throw error;
    return { say: `whether its table ${target} is there could not be seen (${reasonOf(error)})` };
  };
}

async function clear(services: Services, restore: RestoreRecord): Promise<Fate> {
  const { dynamodb } = services;
  // Where an import's objects stand does not depend on the execution.
  const job = createRestoreJob(restore.target, restore.id);
  const made = restore.way === 'import' ? await findImport(services, job, restore) : undefined;
  if (made !== undefined && (isRunning(made) || mayAppear(services, made))) return 'wait';
  const table = await findTable(dynamodb, restore.target);
  const isTagged = table !== undefined && (await hasRestoreTag(dynamodb, String(table.TableArn), restore.id));
  const isImported = made?.TableId !== undefined && table?.TableId === made.TableId;
  if (table === undefined || (!isTagged && !isImported)) return 'gone';
  if (table.TableStatus === 'DELETING') return 'wait';
  if (table.DeletionProtectionEnabled) return { say: left(restore, kept.isProtected) };
  try {
    await deleteTable(dynamodb, restore.target);
    return 'wait';
  } catch (error) {
    if (!isDenied(error)) throw error;
    return { say: left(restore, isTagged ? kept.denied(error) : kept.untagged) };
  }
}

async function say({ catalog, log }: Services, restore: RestoreRecord, what: string): Promise<void> {
  const { reason = '', target } = restore;
  await catalog.restores.explain(restore, `${reason}; ${what}`);
  log.error('a table is left', { table: target, restore: restore.id, reason: what });
}

/** Begins to. Nothing happens while the table is being created or updated: it can be deleted in a moment. */
export async function deleteTable(dynamodb: DynamoDBClient, name: string): Promise<void> {
  try {
    await dynamodb.send(new DeleteTableCommand({ TableName: name }));
  } catch (error) {
    if (!isServiceError(error, 'ResourceInUseException')) throw error;
  }
}
