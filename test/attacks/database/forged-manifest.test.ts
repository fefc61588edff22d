import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { BackupJob } from '../../../lambda/jobs/job.ts';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { compressFrame } from '../../../lambda/snapshot/format/frame.ts';
import { buildManifestKey, readManifest } from '../../../lambda/snapshot/format/manifest.ts';
import { createDirectoryStore } from '../../../lambda/storage/directory-store.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { expectNothingHeld, restore } from '../../support/fixture.ts';
import type { Harness } from '../../support/harness.ts';
import { readTableContent } from '../../support/tables.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

/**
 * An attacker may store objects in a data sink, and knows the id of a running backup, because lists show it. Before
 * manifests were announced, the backup adopted whatever manifest was there: an empty table became AVAILABLE.
 */

const archive = { name: 'archive', bucket: 'cold', prefix: 'eu' };
const world = useTidemark({ config: { sinks: [archive] } });

const stores: Record<string, () => ObjectStore> = {
  archive: () => createDirectoryStore(join(world.harness.folder, 'sinks', archive.bucket, archive.prefix)),
  default: () => world.harness.store,
};

async function backUp(at: Harness, sink: string): Promise<BackupRecord> {
  const { id } = await at.operations.createBackup({ table: world.table, name: 'b', sink });
  await at.executions.idle();
  return at.operations.describeBackup({ table: world.table, id });
}

it.each(
  Object.entries(stores).flatMap(([sink, openStore]) =>
    ['begin', 'commit'].map((step) => [sink, step, openStore] as const),
  ),
)(
  'a backup in the sink %s fails if an attacker stores its manifest before its %s',
  async (sink, step, openStore) => {
    const { database, harness, table } = world;
    const first = await backUp(harness, sink);
    const { manifest } = await readManifest(openStore(), first.table.tableId, first.id);
    const forging = harness.restart({
      around: async (handler, input, run) => {
        if (handler === step) {
          const { id } = (input as { job: BackupJob }).job;
          const forged = { ...manifest, id, items: 0, bytes: 0, runs: [], partitions: [] };
          const bytes = compressFrame(Buffer.from(JSON.stringify(forged)));
          await openStore().put(buildManifestKey(first.table.tableId, id), bytes, { ifAbsent: true });
        }
        return run();
      },
    });
    const attacked = await backUp(forging, sink);
    expect([attacked.status, attacked.reason]).toEqual([
      'FAILED',
      expect.stringMatching(/^SnapshotCorrupt: .*manifest.*no execution of this backup stored this manifest/),
    ]);
    await expectNothingHeld(harness, table);
    // The head is still the sound one, so the next backup continues it.
    const next = await backUp(harness, sink);
    expect([next.status, next.parent]).toEqual(['AVAILABLE', first.id]);
    expect(await restore(database, harness, next)).toEqual(await readTableContent(database.dynamodb, table));
  },
);
