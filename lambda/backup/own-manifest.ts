import { openManifestStaging } from '../jobs/staging.ts';
import type { BackupId } from '../model/ids.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import {
  buildManifestKey,
  findManifest,
  type Manifest,
  publishManifest,
  type StoredManifest,
} from '../snapshot/format/manifest.ts';

/*
 * The manifest of a backup that is not committed, which has no checksum in the catalog yet. Others may also write
 * to a data sink, and the key of a manifest is known, so a manifest there proves nothing. Each execution therefore first
 * announces its manifest in the deployment's own store, by a sealed object that is named after the manifest's SHA-256:
 *
 *   staging/<backup>/manifests/<SHA-256>.json            own store, sealed      1. announced
 *   tables/<TableId>/snapshots/<backup>/manifest.json.zst   the data sink       2. stored, unless there is one
 *
 * Only an announced manifest is adopted: this execution's, a twin's or an earlier execution's.
 */

type ManifestServices = Pick<Services, 'store' | 'secret'>;

/**
 * Publishes the manifest and returns the one that counts, because a twin may have been first. Throws `SnapshotCorrupt` if no
 * execution of the backup has stored it.
 */
export async function publishOwnManifest(
  services: ManifestServices,
  manifest: Manifest,
): Promise<StoredManifest> {
  const { table, id } = manifest;
  await publishManifest(services.store, manifest, async (sha256) => {
    await openManifestStaging(services, id).publishOnce(nameOf(sha256), async () => ({}));
  });
  const stored = await findOwnManifest(services, table.tableId, id);
  if (stored !== undefined) return stored;
  const key = buildManifestKey(table.tableId, id);
  throw new TidemarkError('SnapshotCorrupt', `${key}: missing although it was stored`, { object: key });
}

/**
 * Finds the manifest that an execution of the backup has published. Throws `SnapshotCorrupt` if somebody else has stored
 * it.
 */
export async function findOwnManifest(
  services: ManifestServices,
  tableId: string,
  id: BackupId,
): Promise<StoredManifest | undefined> {
  return findManifest(services.store, tableId, id, async (sha256) => {
    const announced = await openManifestStaging(services, id).find(nameOf(sha256));
    if (announced !== undefined) return;
    throw new TidemarkError(
      'SnapshotCorrupt',
      `${buildManifestKey(tableId, id)}: no execution of this backup stored this manifest. Check who may write there, then request the backup again`,
    );
  });
}

function nameOf(sha256: string): string {
  return `${sha256}.json`;
}
