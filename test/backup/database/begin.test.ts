import { UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import { createBackupId, type BackupId } from '../../../lambda/model/ids.ts';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { Turns } from '../../../lambda/catalog/turns.ts';
import { buildManifestKey } from '../../../lambda/snapshot/format/manifest.ts';
import { begin, type BeginResult } from '../../../lambda/backup/begin.ts';
import { type BackupPlan, names } from '../../../lambda/backup/backup-plan.ts';
import { reconcile } from '../../../lambda/reconcile/reconcile.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { backUp, expectNothingHeld, putItems } from '../../support/fixture.ts';
import type { Harness } from '../../support/harness.ts';
import { createSimulatedRecovery } from '../../support/recovery.ts';
import { createBackupJob } from '../../../lambda/jobs/job.ts';
import { openBackupStaging } from '../../../lambda/jobs/staging.ts';
import { replaceManifest } from '../../support/snapshot/replace-manifest.ts';

const world = useTidemark();

function beginBackup(id: BackupId): Promise<BeginResult> {
  const { harness, table } = world;
  return begin(harness.services, { job: createBackupJob(table, id) });
}

describe('begin, before the backup has a record', () => {
  it('waits while the request may still write the record', async () => {
    expect(await beginBackup(createBackupId(world.database.clock.now(), '00000000'))).toMatchObject({
      status: 'wait',
      waitSeconds: 1,
    });
  });

  it('waits if the record appears during the check', async () => {
    const { harness, table } = world;
    const stopped = harness.restart();
    stopped.executions.stop();
    const { id } = await stopped.operations.createBackup({ table, name: 'late' });
    vi.spyOn(Turns.prototype, 'take').mockResolvedValueOnce('over');
    expect(await beginBackup(id)).toMatchObject({ status: 'wait', waitSeconds: 1 });
    expect(await beginBackup(id)).toMatchObject({ status: 'scan' });
  });

  it('ends if a request with a later marker is recorded, because its own record can no longer be written', async () => {
    const early = createBackupId(world.database.clock.now(), '00000000');
    await backUp(world.harness, world.table);
    expect(await beginBackup(early)).toMatchObject({ status: 'ended' });
  });

  it('ends if the request had enough time to write the record', async () => {
    const { recordMs } = world.harness.services.config;
    expect(
      await beginBackup(createBackupId(world.database.clock.now() - recordMs, '00000000')),
    ).toMatchObject({
      status: 'ended',
    });
  });

  it('ends if its backup has ended, however late it is called', async () => {
    const { id } = await backUp(world.harness, world.table);
    expect(await beginBackup(id)).toMatchObject({ status: 'ended' });
  });
});

describe('begin, while an earlier backup waits', () => {
  it('starts the earlier backup if the turn is free, and ends', async () => {
    const { harness, table } = world;
    const stopped = harness.restart();
    stopped.executions.stop();
    const first = await stopped.operations.createBackup({ table, name: 'first' });
    const second = await stopped.operations.createBackup({ table, name: 'second' });
    expect(await beginBackup(second.id)).toMatchObject({ status: 'ended' });
    await harness.executions.idle();
    for (const { id } of [first, second])
      expect(await harness.operations.describeBackup({ table, id })).toMatchObject({ status: 'AVAILABLE' });
  });
});

describe('begin, while another execution holds the turn', () => {
  it('ends, and leaves the turn unchanged', async () => {
    const { harness, table } = world;
    const stopped = harness.restart();
    stopped.executions.stop();
    const first = await stopped.operations.createBackup({ table, name: 'first' });
    const second = await stopped.operations.createBackup({ table, name: 'second' });
    expect(await beginBackup(first.id)).toMatchObject({ status: 'scan' });
    expect(await beginBackup(second.id)).toMatchObject({ status: 'ended' });
    expect((await harness.services.catalog.turns.getTable(table))?.turn?.backup).toBe(first.id);
  });
});

async function setStream(enabled: boolean): Promise<void> {
  const images = enabled ? { StreamViewType: 'NEW_AND_OLD_IMAGES' as const } : {};
  await world.database.dynamodb.send(
    new UpdateTableCommand({
      TableName: world.table,
      StreamSpecification: { StreamEnabled: enabled, ...images },
    }),
  );
}

describe('a backup of an earlier time', () => {
  it('does not continue a base whose stream began after that time, because the base ends where its stream begins', async () => {
    const { database, harness, table } = world;
    // The table's stream begins seconds after the marker.
    const stopped = harness.restart();
    stopped.executions.stop();
    const { id: baseId } = await stopped.operations.createBackup({ table, name: 'base' });
    await setStream(false);
    database.clock.advance(20_000);
    await setStream(true);
    await harness.executions.start(createBackupJob(table, baseId));
    await harness.executions.idle();
    const base = await harness.operations.describeBackup({ table, id: baseId });
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

/** Makes two backups, and returns them with the claim of a third backup that no execution works on. */
async function createThird() {
  const { harness, table } = world;
  const [one, two] = [await backUp(world.harness, world.table), await backUp(world.harness, world.table)];
  const stopped = harness.restart();
  stopped.executions.stop();
  const { id } = await stopped.operations.createBackup({ table, name: 'third' });
  return { one, two, claim: { table, backup: id, execution: id } };
}

describe('a pinned parent', () => {
  it('is released when another parent is pinned for the same turn', async () => {
    const { harness, table } = world;
    const { catalog } = harness.services;
    const { one, two, claim } = await createThird();
    expect(await catalog.turns.take(claim)).toBe('taken');
    for (const parent of [one, one, two]) expect(await catalog.turns.pinParent(claim, parent.id)).toBe(true);
    const isPinned = async (of: BackupRecord): Promise<boolean> =>
      (await catalog.snapshots.get({ table, id: of.id }))?.pins !== undefined;
    expect([await isPinned(one), await isPinned(two)]).toEqual([false, true]);
    expect(await catalog.turns.fail(claim, 'given up')).toBe(true);
    await expectNothingHeld(harness, table);
  });

  it('cannot be pinned for a turn that was lost', async () => {
    const { harness, table } = world;
    const one = await backUp(world.harness, world.table);
    const claim = { table, backup: one.id, execution: one.id };
    await expect(harness.services.catalog.turns.pinParent(claim, one.id)).rejects.toMatchObject({
      code: 'TurnLost',
    });
  });
});

describe('begin, after another valid manifest replaced the head’s', () => {
  it('plans a base in place of the head, because the catalog has the checksum of the first manifest', async () => {
    const { harness } = world;
    const { two, claim } = await createThird();
    await replaceManifest(harness.store, two);
    expect(await beginBackup(claim.backup)).toMatchObject({ status: 'scan' });
    expect(
      await openBackupStaging(harness.services, createBackupJob(claim.table, claim.backup)).read<BackupPlan>(
        names.plan,
      ),
    ).toMatchObject({
      kind: 'full',
      headSeen: two.id,
      why: expect.arrayContaining([expect.stringContaining('it is damaged')]) as string[],
    });
  });
});

describe('begin, after a twin has published the plan', () => {
  it('pins the parent of that plan, even if another parent was pinned since', async () => {
    const { harness, table } = world;
    const { catalog } = harness.services;
    const { one, two, claim } = await createThird();
    expect(await beginBackup(claim.backup)).toMatchObject({ status: 'collect', job: { round: 0 } });
    expect((await catalog.turns.getTable(table))?.turn?.parent).toBe(two.id);
    await catalog.turns.pinParent(claim, one.id);
    expect(await beginBackup(claim.backup)).toMatchObject({ status: 'collect', job: { round: 0 } });
    expect((await catalog.turns.getTable(table))?.turn?.parent).toBe(two.id);
  });

  it('starts over if the parent of that plan is gone', async () => {
    const { harness } = world;
    const { one, two, claim } = await createThird();
    expect(await beginBackup(claim.backup)).toMatchObject({ status: 'collect' });
    await harness.services.catalog.turns.pinParent(claim, one.id);
    await harness.store.delete([buildManifestKey(two.table.tableId, two.id)]);
    expect(await beginBackup(claim.backup)).toMatchObject({ status: 'wait', job: { round: 1 } });
  });
});

describe('a manifest that an earlier execution published', () => {
  it('is not adopted if its parent was deleted in the meantime', async () => {
    const exports = createSimulatedRecovery(world.database.clock);
    const config = { base: 'export' } as const;
    await world.replaceHarness({ config, exports });
    const { database, harness, table } = world;
    const base = await backUp(world.harness, world.table);
    world.database.clock.advance(2000);
    await putItems(database, table, 0, 3);
    const byExport = async (at: Harness): Promise<BackupRecord> => {
      const { id } = await at.operations.createBackup({ table, name: 'backup', source: 'export' });
      await at.executions.idle();
      return at.operations.describeBackup({ table, id });
    };
    // The head is damaged, so the next backup continues the older base.
    const head = await byExport(harness);
    await harness.store.delete([buildManifestKey(head.table.tableId, head.id)]);
    await putItems(database, table, 7, 9);

    const crashing = harness.restart({ config });
    vi.spyOn(Turns.prototype, 'commit').mockImplementationOnce(() => {
      crashing.executions.stop();
      // A call that failed might be repeated before the execution stops.
      return Promise.withResolvers<never>().promise;
    });
    const { id } = await byExport(crashing);
    // The turn's pin protects the base until the turn is granted to the next execution, which crashes too.
    await reconcile(crashing.services);
    await harness.operations.deleteBackup({ table, id: base.id });
    const after = harness.restart({ config });
    await reconcile(after.services);
    await after.executions.idle();
    const backup = await after.operations.describeBackup({ table, id });
    expect(head.status).toBe('AVAILABLE');
    expect(backup).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('CutUnreachable') });
    await expectNothingHeld(after, table);
  });
});
