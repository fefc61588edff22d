import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import type { Item } from '../item/attribute-value.ts';
import { countReads, type Reads } from '../snapshot/read/counting-store.ts';
import { readItem } from '../snapshot/read/read-item.ts';
import { readBackupManifest, findReadableBackup, readUnlessDeleted } from './find-backup.ts';
import { encodeKey, locateKey } from './locate-key.ts';
import type { ReadServices } from '../services/operation-services.ts';

export interface GetBackupItemInput {
  readonly backup: BackupKey;
  readonly key: Item;
}

export interface BackupItem extends Reads {
  readonly backup: BackupRecord;
  /** The item in its canonical form, a JSON text; undefined if the backup has no such item. */
  readonly item: string | undefined;
}

/**
 * Reads one item of a backup. Throws `BackupNotFound`, `BackupInUse`, `SnapshotCorrupt`, and `Validation` for a key that
 * does not have the attributes of the table's key.
 */
export async function getBackupItem(
  services: Pick<ReadServices, 'catalog' | 'clock' | 'config' | 'log' | 'native' | 'sinks'>,
  { backup: backupKey, key }: GetBackupItemInput,
): Promise<BackupItem> {
  const readable = await findReadableBackup(services, backupKey);
  const wanted = encodeKey(key, readable.backup.description);
  const store = countReads(services.sinks.openStore(readable.backup.sink));
  return readUnlessDeleted(services, [backupKey], async () => {
    const manifest = await readBackupManifest(store, readable);
    const { image } = await readItem(store, manifest, locateKey(wanted, manifest));
    return { backup: readable.backup, item: image?.toString(), ...store.reads };
  });
}
