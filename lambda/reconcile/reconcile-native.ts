import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import { isError, TidemarkError } from '../runtime/errors.ts';
import { type NativeServices, requestNativeBackup } from '../operations/request-native-backup.ts';
import { isFresh, settleNativeBackup } from '../operations/settle-native-backup.ts';

/** DynamoDB's clock may be behind ours by less than this. */
const clockSkewMs = 5 * 60_000;

/** A backup that DynamoDB was asked for so often, and of which it has none, is given up. */
const mostAttempts = 5;

/**
 * Brings a native backup on that is CREATING: one whose answer was lost is looked for by its name, and asked for again
 * when DynamoDB has none. One that was asked for twice is settled when it is surely the only one. Throws what DynamoDB
 * refuses, and `Internal` when the backup is FAILED now: nobody else hears of it.
 */
export async function reconcileNative(services: NativeServices, key: BackupKey): Promise<void> {
  const { backups } = services.catalog;
  const backup = await backups.get(key);
  // The index lags behind.
  if (backup?.status !== 'CREATING') return;
  if (backup.nativeArn === undefined) {
    await recover(services, backup);
  } else if (await isAlone(services, backup, backup.nativeArn)) {
    await settleNativeBackup(services, backup);
  }
  const now = await backups.get(key);
  if (now?.status === 'FAILED') throw new TidemarkError('Internal', `native backup failed: ${now.reason}`);
}

async function recover(services: NativeServices, backup: BackupRecord): Promise<void> {
  const { catalog } = services;
  if (isFresh(services, backup)) return;
  const [arn] = await twins(services, backup);
  if (arn !== undefined) {
    await catalog.natives.adopt(backup, arn);
  } else if (backup.attempts >= mostAttempts) {
    await catalog.natives.fail(backup, 'DynamoDB was asked for the backup again and again, and has none');
  } else if (await catalog.natives.askAgain(backup)) {
    await requestNativeBackup(services, backup);
  }
}

/** Who asked twice may have got two: all but the backup's own are deleted. False if there may be more of them. */
async function isAlone(services: NativeServices, backup: BackupRecord, own: string): Promise<boolean> {
  if (backup.attempts === 1) return true;
  const found = await twins(services, backup);
  try {
    for (const arn of found) {
      if (arn !== own) await services.native.delete(arn);
    }
  } catch (error) {
    // It is still being made.
    if (isError(error, 'BackupInUse')) return false;
    throw error;
  }
  // A list that does not show the one that is there lags behind, and may not show the other one either.
  return found.includes(own) || (await services.native.describe(own)) === undefined;
}

function twins({ native }: NativeServices, { table, id, marker }: BackupRecord): Promise<readonly string[]> {
  return native.find(table.name, id, marker - clockSkewMs);
}
