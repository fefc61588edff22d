import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import type { Item } from '../item/attribute-value.ts';
import { countReads, type Reads } from '../snapshot/read/counting-store.ts';
import { readItem } from '../snapshot/read/read-item.ts';
import { manifestOf, readableBackup, unlessDeleted } from './readable-backup.ts';
import { schemaKey } from './schema-key.ts';
import type { ReadServices } from '../services/operation-services.ts';

export interface GetBackupItemInput {
  readonly backup: BackupKey;
  readonly key: Item;
}

export interface BackupItem extends Reads {
  readonly backup: BackupRecord;
  /** The item's canonical form, a JSON text; undefined: the backup has no such item. */
  readonly item: string | undefined;
}

/**
 * One item as the backup has it. Throws `BackupNotFound`, `BackupInUse`, `Validation` for a key that is not the
 * table's, `SnapshotCorrupt`.
 */
export async function getBackupItem(
  services: Pick<ReadServices, 'catalog' | 'config' | 'store'>,
  { backup: backupKey, key }: GetBackupItemInput,
): Promise<BackupItem> {
  const readable = await readableBackup(services, backupKey);
  const wanted = schemaKey(key, readable.backup.description);
  const store = countReads(services.store);
  return unlessDeleted(services, [backupKey], async () => {
    const { image } = await readItem(store, await manifestOf(store, readable), wanted);
    return { backup: readable.backup, item: image?.toString(), ...store.reads };
  });
}
