import { describe, expect, it, vi } from 'vitest';
import { createBackupId } from '../../lambda/model/ids.ts';
import type { BackupId, BackupRecord } from '../../lambda/model/records.ts';
import { Turns } from '../../lambda/catalog/turns.ts';
import { manifestKey } from '../../lambda/snapshot/format/manifest.ts';
import { begin, type BeginResult } from '../../lambda/backup/begin.ts';
import { reconcile } from '../../lambda/reconcile/reconcile.ts';
import { embedded } from '../support/embedded.ts';
import { secondsPass } from '../support/exporting.ts';
import { expectNothingHeld, putItems } from '../support/fixture.ts';
import type { Harness } from '../support/harness.ts';
import { simulatedRecovery } from '../support/recovery.ts';
import { createBackupJob } from '../../lambda/jobs/job.ts';

const world = embedded();

async function backUp(at: Harness = world.harness): Promise<BackupRecord> {
  const { table } = world;
  const { id } = await at.operations.createBackup({ table, name: 'backup' });
  await at.executions.idle();
  return at.operations.describeBackup({ table, id });
}

function begun(id: BackupId): Promise<BeginResult> {
  const { harness, table } = world;
  return begin(harness.services, { job: createBackupJob(table, id) });
}

describe('an execution that is there before its record', () => {
  it('comes again, while the request may still record it', async () => {
    expect(await begun(createBackupId(Date.now(), '00000000'))).toMatchObject({
      status: 'wait',
      waitSeconds: 1,
    });
  });

  it('comes again if it is recorded while it looks', async () => {
    const { harness, table } = world;
    const stopped = harness.restarted();
    stopped.executions.stop();
    const { id } = await stopped.operations.createBackup({ table, name: 'late' });
    vi.spyOn(Turns.prototype, 'take').mockResolvedValueOnce('over');
    expect(await begun(id)).toMatchObject({ status: 'wait', waitSeconds: 1 });
    expect(await begun(id)).toMatchObject({ status: 'scan' });
  });

  it('ends when a request with a later marker is recorded: its own can be no more', async () => {
    const early = createBackupId(Date.now(), '00000000');
    await backUp();
    expect(await begun(early)).toMatchObject({ status: 'ended' });
  });

  it('ends when the request had time enough to record it', async () => {
    const { recordMs } = world.harness.services.config;
    expect(await begun(createBackupId(Date.now() - recordMs, '00000000'))).toMatchObject({ status: 'ended' });
  });

  it('ends, however late it is, when its backup is over', async () => {
    const { id } = await backUp();
    expect(await begun(id)).toMatchObject({ status: 'ended' });
  });
});

describe('an execution whose turn it is not', () => {
  it('ends, and leaves the turn to who has it', async () => {
    const { harness, table } = world;
    const stopped = harness.restarted();
    stopped.executions.stop();
    const first = await stopped.operations.createBackup({ table, name: 'first' });
    const second = await stopped.operations.createBackup({ table, name: 'second' });
    expect(await begun(first.id)).toMatchObject({ status: 'scan' });
    expect(await begun(second.id)).toMatchObject({ status: 'ended' });
    expect((await harness.services.catalog.turns.getTable(table))?.turn?.backup).toBe(first.id);
  });
});

describe('a parent of which the content may be later than is asked for', () => {
  it('does not serve: a base of a stream that began after its request ends where the stream begins', async () => {
    const { database, harness, table } = world;
    // A table whose stream is seconds younger than the marker.
    const { sleep } = harness.services.clock;
    const early = harness.restarted({ clock: { now: () => Date.now() - 20_000, sleep } });
    const base = await backUp(early);
    expect(base.status).toBe('AVAILABLE');
    await putItems(database, table, 50, 52);
    const asOf = base.marker + 5000;
    const { id } = await harness.operations.createBackup({ table, name: 'earlier', internal: true, asOf });
    await harness.executions.idle();
    expect(await harness.services.catalog.backups.get({ table, id })).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining('CutUnreachable'),
    });
    await expectNothingHeld(harness, table);
  });
});

/** Two backups that are there, and the claim of a third one, which nothing works at. */
async function thirdOf() {
  const { harness, table } = world;
  const [one, two] = [await backUp(), await backUp()];
  const stopped = harness.restarted();
  stopped.executions.stop();
  const { id } = await stopped.operations.createBackup({ table, name: 'third' });
  return { one, two, claim: { table, backup: id, execution: id } };
}

describe('a parent that was pinned', () => {
  it('is let go when another is pinned for the same turn', async () => {
    const { harness, table } = world;
    const { catalog } = harness.services;
    const { one, two, claim } = await thirdOf();
    expect(await catalog.turns.take(claim)).toBe('taken');
    for (const parent of [one, one, two]) expect(await catalog.turns.pinParent(claim, parent.id)).toBe(true);
    const isPinned = async (of: BackupRecord): Promise<boolean> =>
      (await catalog.snapshots.get({ table, id: of.id }))?.pins !== undefined;
    expect([await isPinned(one), await isPinned(two)]).toEqual([false, true]);
    expect(await catalog.turns.fail(claim, 'given up')).toBe(true);
    await expectNothingHeld(harness, table);
  });

  it('is not pinned for a turn that was lost', async () => {
    const { harness, table } = world;
    const one = await backUp();
    const claim = { table, backup: one.id, execution: one.id };
    await expect(harness.services.catalog.turns.pinParent(claim, one.id)).rejects.toMatchObject({
      code: 'TurnLost',
    });
  });
});

describe('a plan that a twin has published', () => {
  it('has its parent pinned, though another was chosen since', async () => {
    const { harness, table } = world;
    const { catalog } = harness.services;
    const { one, two, claim } = await thirdOf();
    expect(await begun(claim.backup)).toMatchObject({ status: 'collect', job: { round: 0 } });
    expect((await catalog.turns.getTable(table))?.turn?.parent).toBe(two.id);
    await catalog.turns.pinParent(claim, one.id);
    expect(await begun(claim.backup)).toMatchObject({ status: 'collect', job: { round: 0 } });
    expect((await catalog.turns.getTable(table))?.turn?.parent).toBe(two.id);
  });

  it('is given up if its parent is gone', async () => {
    const { harness } = world;
    const { one, two, claim } = await thirdOf();
    expect(await begun(claim.backup)).toMatchObject({ status: 'collect' });
    await harness.services.catalog.turns.pinParent(claim, one.id);
    await harness.store.delete([manifestKey(two.table.tableId, two.id)]);
    expect(await begun(claim.backup)).toMatchObject({ status: 'wait', job: { round: 1 } });
  });
});

describe('a manifest that an earlier execution has published', () => {
  it('is not taken over when the snapshot that it leans on was deleted meanwhile', async () => {
    const exports = simulatedRecovery();
    const config = { base: 'export' } as const;
    await world.startAnew({ config, exports });
    const { database, harness, table } = world;
    const base = await backUp();
    await secondsPass();
    await putItems(database, table, 0, 3);
    const byExport = async (at: Harness): Promise<BackupRecord> => {
      const { id } = await at.operations.createBackup({ table, name: 'backup', source: 'export' });
      await at.executions.idle();
      return at.operations.describeBackup({ table, id });
    };
    // The head is damaged, so that the older base is gone on from.
    const head = await byExport(harness);
    await harness.store.delete([manifestKey(head.table.tableId, head.id)]);
    await putItems(database, table, 7, 9);

    const crashing = harness.restarted({ config });
    vi.spyOn(Turns.prototype, 'commit').mockImplementationOnce(async () => {
      crashing.executions.stop();
      throw new Error('killed');
    });
    const { id } = await byExport(crashing);
    // The turn's pin keeps the base until the turn is granted anew, to an execution that crashes too.
    await reconcile(crashing.services);
    await harness.operations.deleteBackup({ table, id: base.id });
    const after = harness.restarted({ config });
    await reconcile(after.services);
    await after.executions.idle();
    const backup = await after.operations.describeBackup({ table, id });
    expect(head.status).toBe('AVAILABLE');
    expect(backup).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('CutUnreachable') });
    await expectNothingHeld(after, table);
  });
});
