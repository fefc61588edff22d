import { describe, expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { damageMessage } from '../../../lambda/runtime/log-messages.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { buildManifestKey } from '../../../lambda/snapshot/format/manifest.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { changeItems, createFilledTable, restore } from '../../support/fixture.ts';
import { useDatabase } from '../../support/database.ts';
import { startHarness } from '../../support/harness.ts';
import { replaceManifest } from '../../support/snapshot/replace-manifest.ts';
import { readTableContent } from '../../support/tables.ts';

const database = useDatabase();

async function flipByte(store: ObjectStore, { id, table }: BackupRecord): Promise<void> {
  const key = buildManifestKey(table.tableId, id);
  const bytes = Buffer.from(await store.get(key));
  const middle = bytes.length >>> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
  await store.put(key, bytes);
}

const damages: [string, typeof flipByte][] = [
  ['has one flipped byte', flipByte],
  // Its own checksum is right, so only the checksum in the catalog shows the damage.
  ['is another valid one', replaceManifest],
];

/** Makes a base and an increment, and damages the base's manifest right before the increment first calls a step. */
async function backUpOverDamaged(step: string, damage: typeof flipByte) {
  const alarms: unknown[] = [];
  let base: BackupRecord | undefined;
  const harness = await startHarness(database, {
    log: { ...silentLog, error: (message, facts) => alarms.push({ message, ...facts }) },
    async around(name, _input, run) {
      const damaged = base;
      if (name === step && damaged !== undefined) {
        base = undefined;
        await damage(harness.store, damaged);
      }
      return run();
    },
  });
  const table = await createFilledTable(database);
  const backUp = async (name: string): Promise<BackupRecord> => {
    const { id } = await harness.operations.createBackup({ table, name });
    await harness.executions.idle();
    return harness.operations.describeBackup({ table, id });
  };
  base = await backUp('base');
  await changeItems(database, table);
  return { harness, table, alarms, backUp, increment: await backUp('increment') };
}

describe.each(damages)('a backup whose parent’s manifest %s', (_name, damage) => {
  it('is a new base and raises the alarm if collect finds the damage after the plan', async () => {
    const { harness, table, alarms, increment } = await backUpOverDamaged('collect', damage);
    expect(increment).toMatchObject({ status: 'AVAILABLE', kind: 'full' });
    expect(increment.parent).toBeUndefined();
    expect(increment.why).toContainEqual(expect.stringContaining('checksum mismatch'));
    expect(alarms).toContainEqual(expect.objectContaining({ message: damageMessage, table }));
    expect(await restore(database, harness, increment)).toEqual(
      await readTableContent(database.dynamodb, table),
    );
    await harness.close();
  });

  it.each(['arrange', 'apply', 'commit'])(
    'fails in %s if the damage happens after collect, and the next backup is a new base',
    async (step) => {
      const { harness, table, increment, backUp } = await backUpOverDamaged(step, damage);
      expect(increment).toMatchObject({
        status: 'FAILED',
        reason: expect.stringContaining('SnapshotCorrupt'),
      });
      const next = await backUp('next');
      expect(next).toMatchObject({ status: 'AVAILABLE', kind: 'full' });
      expect(await restore(database, harness, next)).toEqual(
        await readTableContent(database.dynamodb, table),
      );
      await harness.close();
    },
  );
});
