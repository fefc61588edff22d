import type { BackupRecord } from '../model/records.ts';
import type { NativeServices } from './request-native.ts';

/**
 * Asks DynamoDB how far a native backup is, and notes on its record what came of it. False if that is as it was, also for
 * any other backup.
 */
export async function settle(services: NativeServices, backup: BackupRecord): Promise<boolean> {
  const { catalog, native } = services;
  if (backup.status !== 'CREATING' || backup.nativeArn === undefined) return false;
  const found = await native.describe(backup.nativeArn);
  if (found === undefined) {
    // DynamoDB may not show at once what it has just made.
    if (isFresh(services, backup)) return false;
    await catalog.natives.fail(backup, 'DynamoDB has the backup no longer');
    return true;
  }
  if (found.status === 'CREATING') return false;
  if (found.tableId !== backup.table.tableId) {
    await native.delete(backup.nativeArn);
    await catalog.natives.fail(backup, 'the table was deleted and made again');
    return true;
  }
  await catalog.natives.complete(backup, found);
  return true;
}

/** DynamoDB was asked so recently that the one who asked may still be at it. */
export function isFresh(
  { clock, config }: NativeServices,
  { marker, askedAt = marker }: BackupRecord,
): boolean {
  return clock.now() - askedAt < config.reconcileGraceMs;
}
