import { describe, expect, it, vi } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { nameExecution } from '../../../lambda/jobs/job.ts';
import { putItems } from '../../support/fixture.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const world = useTidemark({ items: 3 });

const code = (expected: string) => expect.objectContaining({ code: expected });

/** Requests a backup whose execution does not begin. */
async function request(): Promise<BackupRecord> {
  const stopped = world.harness.restart();
  stopped.executions.stop();
  return stopped.operations.createBackup({ table: world.table, name: 'nightly' });
}

const keyOf = ({ id }: BackupRecord) => ({ table: world.table, id });
const claimOf = ({ id }: BackupRecord, attempt = 1) => ({
  table: world.table,
  backup: id,
  execution: nameExecution(id, attempt),
});
const cancel = (backup: BackupRecord) =>
  world.harness.operations.cancelBackup({ ...keyOf(backup), requestedBy: 'ada' });

describe('cancelBackup', () => {
  it('ends a backup that waits, with who cancelled it, and a repeat gets the same answer', async () => {
    const backup = await request();
    const end = { status: 'FAILED', reason: 'Cancelled by ada', cancelled: true };
    expect(await cancel(backup)).toMatchObject(end);
    expect(await cancel(backup)).toMatchObject(end);
    expect(await world.harness.operations.describeBackup(keyOf(backup))).toMatchObject(end);
    const { turns } = world.harness.services.catalog;
    expect(await turns.getTable(world.table)).toMatchObject({ pending: [] });
    // Its execution finds nothing to do.
    expect(await turns.take(claimOf(backup))).toBe('over');
    await world.harness.operations.deleteBackup(keyOf(backup));
  });

  it('lets the backups after it be made, in their order and with all changes', async () => {
    const [first, second, third] = [await request(), await request(), await request()];
    await cancel(second);
    await cancel(first);
    await putItems(world.database, world.table, 3, 4);
    const last = await world.harness.operations.createBackup({ table: world.table, name: 'last' });
    await world.harness.executions.idle();
    const statusOf = async (backup: BackupRecord) =>
      (await world.harness.operations.describeBackup(keyOf(backup))).status;
    expect([await statusOf(first), await statusOf(second)]).toEqual(['FAILED', 'FAILED']);
    expect([await statusOf(third), await statusOf(last)]).toEqual(['AVAILABLE', 'AVAILABLE']);
  });

  it('refuses a backup whose execution has the turn, and that backup becomes AVAILABLE', async () => {
    const backup = await request();
    const { turns } = world.harness.services.catalog;
    expect(await turns.take(claimOf(backup))).toBe('taken');
    await expect(cancel(backup)).rejects.toEqual(code('BackupInUse'));
    expect(await turns.getTable(world.table)).toMatchObject({ pending: [backup.id] });
  });

  it('refuses a backup that was committed after it was read as CREATING', async () => {
    const { operations, executions, services } = world.harness;
    const backup = await operations.createBackup({ table: world.table, name: 'nightly' });
    const { backups } = services.catalog;
    const before = await backups.get(keyOf(backup));
    await executions.idle();
    vi.spyOn(backups, 'get').mockResolvedValueOnce(before);
    await expect(cancel(backup)).rejects.toEqual(code('Validation'));
    expect(await operations.describeBackup(keyOf(backup))).toMatchObject({ status: 'AVAILABLE' });
  });

  it('wins over an execution that has seen the backup as the next one, but not taken the turn', async () => {
    const backup = await request();
    const { turns } = world.harness.services.catalog;
    const seen = await turns.getTable(world.table);
    await cancel(backup);
    vi.spyOn(turns, 'getTable').mockResolvedValueOnce(seen);
    expect(await turns.take(claimOf(backup))).toBe('over');
    expect(await turns.getTable(world.table)).not.toHaveProperty('turn');
    expect(await turns.fail(claimOf(backup), 'late')).toBe(false);
    expect(await world.harness.operations.describeBackup(keyOf(backup))).toMatchObject({
      reason: 'Cancelled by ada',
    });
  });

  it('refuses a backup that has ended and one that does not exist', async () => {
    const { operations, executions } = world.harness;
    const backup = await operations.createBackup({ table: world.table, name: 'nightly' });
    await executions.idle();
    await expect(cancel(backup)).rejects.toEqual(code('Validation'));
    await operations.deleteBackup(keyOf(backup));
    await expect(cancel(backup)).rejects.toEqual(code('BackupNotFound'));
  });
});
