import type { NewBackup } from '../catalog/backups.ts';
import type { BackupRecord } from '../model/records.ts';
import type { Services } from '../services/services.ts';
import { reasonOf, TidemarkError } from '../runtime/errors.ts';

/** What native backups are made and looked after with. */
export type NativeServices = Pick<Services, 'catalog' | 'native' | 'config' | 'clock' | 'log'>;

/** Catalogs a native backup, then has DynamoDB make it, as `requestNative` does. */
export async function createNative(services: NativeServices, wanted: NewBackup): Promise<BackupRecord> {
  const { backup, isNew } = await services.catalog.backups.create(wanted);
  if (isNew) await requestNative(services, backup, wanted.requestKey);
  return backup;
}

/**
 * Has DynamoDB make the backup that was cataloged as `backup`, under its id as name. What DynamoDB refuses is thrown, and
 * the backup is FAILED with it; `requestKey`, of a request that hears of the refusal, is then free for its repeat. If it is
 * not known what came of the call, the reconciler finds out.
 */
export async function requestNative(
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
    log.error('native backup left to the reconciler', { backup: backup.id, reason: reasonOf(error) });
    return;
  }
  await catalog.natives.adopt(backup, arn);
}
