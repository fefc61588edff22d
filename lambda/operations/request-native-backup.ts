import type { NewBackup } from '../catalog/new-backup.ts';
import type { BackupRecord } from '../model/records.ts';
import type { Services } from '../services/services.ts';
import { reasonOf, TidemarkError } from '../runtime/errors.ts';

/** The services that operations on native backups use. */
export type NativeServices = Pick<Services, 'catalog' | 'native' | 'config' | 'clock' | 'log'>;

/** Catalogs a native backup, then requests it from DynamoDB. Throws as `requestNativeBackup` does. */
export async function createNativeBackup(services: NativeServices, wanted: NewBackup): Promise<BackupRecord> {
  const { backup, isNew } = await services.catalog.backups.create(wanted);
  if (isNew) await requestNativeBackup(services, backup, wanted.requestKey);
  return backup;
}

/**
 * Requests the backup that was cataloged as `backup` from DynamoDB, with its id as name. If DynamoDB refuses, throws its
 * error, which is also the reason on the record of the FAILED backup, and frees `requestKey` for a repeat of the request.
 * If the outcome of the call is unknown, the reconciler finds it out.
 */
export async function requestNativeBackup(
  { catalog, native, log }: NativeServices,
  backup: BackupRecord,
  requestKey?: string,
): Promise<void> {
  let arn: string;
  try {
    arn = await native.create(backup.table.name, backup.id);
  } catch (error) {
    if (error instanceof TidemarkError) {
      await catalog.natives.fail(backup, reasonOf(error), requestKey);
      throw error;
    }
    log.error('outcome of a native backup unknown: the reconciler will find out', {
      backup: backup.id,
      reason: reasonOf(error),
    });
    return;
  }
  await catalog.natives.adopt(backup, arn);
}
