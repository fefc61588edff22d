import { toNativeFigures } from '../catalog/natives.ts';
import type { BackupRecord } from '../model/records.ts';
import type { NativeServices } from './request-native-backup.ts';

/**
 * Asks DynamoDB for the state of a native backup that is CREATING, and updates its record. Returns whether the record
 * changed; false for any other backup.
 */
export async function settleNativeBackup(services: NativeServices, backup: BackupRecord): Promise<boolean> {
  const { catalog, native } = services;
  if (backup.status !== 'CREATING' || backup.nativeArn === undefined) return false;
  const found = await native.describe(backup.nativeArn);
  if (found === undefined) {
    // DynamoDB may not find a new backup immediately.
    if (isFresh(services, backup)) return false;
    await catalog.natives.fail(backup, 'DynamoDB no longer has the backup');
    return true;
  }
  if (found.status === 'CREATING') return false;
  if (found.tableId !== backup.table.tableId) {
    await native.delete(backup.nativeArn);
    await catalog.natives.fail(backup, 'the table was deleted and created again');
    return true;
  }
  await catalog.natives.complete(backup, found);
  return true;
}

/**
 * Returns a native backup with its current status: AVAILABLE once DynamoDB has made it, even if its record still says
 * CREATING. Changes no record.
 */
export async function describeNativeBackup(
  { native }: Pick<NativeServices, 'native'>,
  backup: BackupRecord,
): Promise<BackupRecord> {
  if (backup.status !== 'CREATING' || backup.nativeArn === undefined) return backup;
  const found = await native.describe(backup.nativeArn);
  if (found?.status !== 'AVAILABLE' || found.tableId !== backup.table.tableId) return backup;
  return { ...backup, status: 'AVAILABLE', figures: toNativeFigures(found) };
}

/** True while the request to DynamoDB is so recent that its caller may still be waiting for the answer. */
export function isFresh(
  { clock, config }: NativeServices,
  { marker, askedAt = marker }: BackupRecord,
): boolean {
  return clock.now() - askedAt < config.reconcileGraceMs;
}
