import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import { isError, TidemarkError } from '../runtime/errors.ts';
import { type NativeServices, requestNativeBackup } from '../operations/request-native-backup.ts';
import { isFresh, settleNativeBackup } from '../operations/settle-native-backup.ts';

/** The maximum by which DynamoDB's clock may be slow compared with ours. */
const clockSkewMs = 5 * 60_000;

/** The number of requests to DynamoDB before the reconciler gives up a native backup that DynamoDB does not have. */
const maxAttempts = 5;

/**
 * Repairs a native backup that is CREATING. If DynamoDB's answer was lost, it looks for the backup by its name, and
 * requests it again if DynamoDB has none. If DynamoDB was asked twice, it settles the backup once that is certainly the
 * only one. Throws DynamoDB's error if it rejects the request, and `Internal` if the backup is now FAILED, because
 * nobody else would notice.
 */
export async function reconcileNative(services: NativeServices, key: BackupKey): Promise<void> {
  const { backups } = services.catalog;
  const backup = await backups.get(key);
  // The index may be a little old.
  if (backup?.status !== 'CREATING') return;
  if (backup.nativeArn === undefined) {
    await findAgain(services, backup);
  } else if (await deleteCopies(services, backup, backup.nativeArn)) {
    await settleNativeBackup(services, backup);
  }
  const now = await backups.get(key);
  if (now?.status === 'FAILED') throw new TidemarkError('Internal', `native backup failed: ${now.reason}`);
}

/** Finds the backup whose ARN is not known, or requests it again. */
async function findAgain(services: NativeServices, backup: BackupRecord): Promise<void> {
  const { catalog } = services;
  if (isFresh(services, backup)) return;
  const [arn] = await findCopies(services, backup);
  if (arn !== undefined) {
    await catalog.natives.adopt(backup, arn);
  } else if (backup.attempts >= maxAttempts) {
    await catalog.natives.fail(backup, 'DynamoDB has no such backup after several requests');
  } else if (await catalog.natives.askAgain(backup)) {
    await requestNativeBackup(services, backup);
  }
}

/** Deletes the copies that a repeated request made, all but the backup's own. False if there may be more of them. */
async function deleteCopies(services: NativeServices, backup: BackupRecord, own: string): Promise<boolean> {
  if (backup.attempts === 1) return true;
  const found = await findCopies(services, backup);
  try {
    for (const arn of found) {
      if (arn !== own) await services.native.delete(arn);
    }
  } catch (error) {
    // DynamoDB is still making the copy.
    if (isError(error, 'BackupInUse')) return false;
    throw error;
  }
  // A list without a backup that exists is old, and may lack a copy too.
  return found.includes(own) || (await services.native.describe(own)) === undefined;
}

/** Finds DynamoDB's backups that were requested for this record: two if it was asked twice. */
function findCopies(
  { native }: NativeServices,
  { table, id, marker }: BackupRecord,
): Promise<readonly string[]> {
  return native.find(table.name, id, marker - clockSkewMs);
}
