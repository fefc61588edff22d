import { describe, expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { sweep } from '../../../lambda/retention/sweep.ts';
import { reconcile } from '../../../lambda/reconcile/reconcile.ts';
import { listKeys } from '../../support/retention/support.ts';
import { byExports, exporting, secondsPass } from '../../support/exporting.ts';
import { expectNothingHeld } from '../../support/fixture.ts';

const world = exporting();
const { started, backUp, exportsMade, change, contentNow, expectContent } = world;

describe('an export that an execution leaves behind', () => {
  /** How the backup stands when its execution died after `after` of its collect steps. */
  async function leftBehind(after: number): Promise<BackupRecord> {
    const { exports, harness, table } = world;
    let steps = 0;
    const dying = harness.restarted({
      config: byExports,
      exports,
      around: async (handler, _input, run) => {
        const output = await run();
        const exporting = (await exportsMade()).length > 0;
        if (handler === 'collect' && exporting && ++steps === after) dying.executions.stop();
        return output;
      },
    });
    const { id } = await dying.operations.createBackup({ table, name: 'backup', source: 'export' });
    await dying.executions.idle();
    return harness.operations.describeBackup({ table, id });
  }

  it('is taken over by the next one, not made and billed again, and removed when the backup has ended', async () => {
    await started();
    const { harness, table } = world;
    const content = await contentNow();
    const { id } = await leftBehind(1);
    const staged = `staging/${id}/export`;
    await sweep(harness.services);
    expect(await listKeys(harness.store, staged)).not.toEqual([]);
    await reconcile(harness.services);
    await harness.executions.idle();
    const backup = await harness.operations.describeBackup({ table, id });
    await expectContent(backup, content);
    expect(backup).toMatchObject({ attempts: 2 });
    expect(await exportsMade()).toHaveLength(1);
    await sweep(harness.services);
    expect(await listKeys(harness.store, staged)).toEqual([]);
  });

  it('is taken over though the note of it was lost', async () => {
    await started();
    const { harness, table } = world;
    const content = await contentNow();
    const { id } = await leftBehind(1);
    for (const key of await listKeys(harness.store, `staging/${id}/export`)) {
      if (/export\/\d+\.json$/.test(key)) await harness.store.delete([key]);
    }
    await reconcile(harness.services);
    await harness.executions.idle();
    await expectContent(await harness.operations.describeBackup({ table, id }), content);
    expect(await exportsMade()).toHaveLength(1);
  });
});

it('a crash after any step of an export is made good, to the content at its request', async () => {
  await started();
  const { harness, table } = world;
  await backUp();
  await secondsPass();
  const reached = new Set<string>();
  for (let survived = 0, ended = false; !ended; survived++) {
    await change();
    const content = await contentNow();
    let steps = 0;
    const crashing = harness.restarted({
      config: byExports,
      around: async (handler, _input, run) => {
        const output = await run();
        // What only waits is no step.
        const waits = 'status' in output && output.status === 'wait';
        if (!waits && steps++ === survived) {
          reached.add(handler);
          crashing.executions.stop();
        }
        return output;
      },
    });
    const { id } = await crashing.operations.createBackup({ table, name: 'backup', source: 'export' });
    await crashing.executions.idle();
    ended = steps <= survived;
    const after = harness.restarted({ config: byExports });
    await reconcile(after.services);
    await after.executions.idle();
    const backup = await after.operations.describeBackup({ table, id });
    expect(backup.parent).toBeDefined();
    await expectContent(backup, content);
  }
  expect([...reached]).toEqual(['begin', 'collect', 'partition', 'arrange', 'apply', 'commit', 'hand-over']);
  await expectNothingHeld(harness, table);
});
