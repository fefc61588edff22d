import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { noteDamage } from '../../../lambda/services/note-damage.ts';
import { runKey } from '../../../lambda/snapshot/format/manifest.ts';
import { putItems, recordOf } from '../../support/fixture.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const world = useTidemark({ items: 60 });

async function backUp(): Promise<BackupRecord> {
  const { harness, table } = world;
  const { id } = await harness.operations.createBackup({ table, name: 'a-backup' });
  await harness.executions.idle();
  return harness.operations.describeBackup({ table, id });
}

const keyOf = ({ id, table }: BackupRecord) => ({ table: table.name, id });
const useOf = (backup: BackupRecord) => world.harness.operations.findBackupUse(keyOf(backup));

it('findBackupUse finds nothing for a backup that nobody restored or that does not exist', async () => {
  const backup = await backUp();
  expect(await useOf(backup)).toEqual({ restores: [] });
  expect(await world.harness.operations.findBackupUse({ table: 'nowhere', id: backup.id })).toEqual({
    restores: [],
  });
});

it('findBackupUse finds only restores of the backup, newest first, and for each target the latest', async () => {
  const { harness } = world;
  const [backup, other] = [await backUp(), await backUp()];
  const restore = async (of: BackupRecord, target: string) =>
    recordOf(await harness.operations.restoreTable({ backup: keyOf(of), target })).id;
  const prefix = world.table;
  await restore(backup, `${prefix}-replaced`);
  await restore(other, `${prefix}-other`);
  const kept = await restore(backup, `${prefix}-kept`);
  await harness.executions.idle();
  await harness.services.dynamodb.send(new DeleteTableCommand({ TableName: `${prefix}-replaced` }));
  const last = await restore(other, `${prefix}-replaced`);
  await harness.executions.idle();
  expect((await useOf(backup)).restores).toMatchObject([{ id: kept, status: 'RESTORED' }]);
  expect((await useOf(other)).restores).toMatchObject([{ id: last }, { target: `${prefix}-other` }]);
});

it('findBackupUse reads at most ten restores', async () => {
  const backup = await backUp();
  const { restores } = world.harness.services.catalog;
  const ids: string[] = [];
  for (let n = 0; n < 12; n++) {
    world.database.clock.advance(10);
    const { description } = backup;
    ids.push((await restores.create({ backup, target: `${world.table}-${n}`, description })).id);
  }
  expect((await useOf(backup)).restores.map(({ id }) => id)).toEqual(ids.toReversed().slice(0, 10));
});

it('findBackupUse finds damage of the backup itself, and of a run that it may share', async () => {
  const { database, harness, table } = world;
  const first = await backUp();
  await putItems(database, table, 100, 101);
  const second = await backUp();
  const object = runKey(first.table.tableId, `${first.id}-0`);
  await noteDamage(harness.services, keyOf(first), { reason: 'a checksum mismatch', object });
  expect((await useOf(first)).damage?.reason).toBe('a checksum mismatch');
  expect(second.parent).toBe(first.id);
  expect((await useOf(second)).damage?.reason).toBe(
    'a run that it may share with other backups is damaged: a checksum mismatch',
  );
  await putItems(database, table, 200, 201);
  // The next backup is a new base, which shares no runs.
  expect((await useOf(await backUp())).damage).toBeUndefined();
});
