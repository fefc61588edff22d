import { describe, expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { sweep } from '../../../lambda/retention/sweep.ts';
import { reconcile } from '../../../lambda/reconcile/reconcile.ts';
import { listKeys } from '../../support/retention/support.ts';
import { byExports, useExports } from '../../support/use-exports.ts';
import { expectNothingHeld } from '../../support/fixture.ts';

const world = useExports();
const { start, backUp, listExports, change, readContent, expectContent, passSeconds } = world;

describe('an export that a stopped execution has started', () => {
  /** Requests a backup by export, and stops its execution after `after` of its collect steps. */
  async function stopAfterExport(after: number): Promise<BackupRecord> {
    const { exports, harness, table } = world;
    let steps = 0;
    const dying = harness.restart({
      config: byExports,
      exports,
      around: async (handler, _input, run) => {
        const output = await run();
        const exporting = (await listExports()).length > 0;
        if (handler === 'collect' && exporting && ++steps === after) dying.executions.stop();
        return output;
      },
    });
    const { id } = await dying.operations.createBackup({ table, name: 'backup', source: 'export' });
    await dying.executions.idle();
    return harness.operations.describeBackup({ table, id });
  }

  it('is continued by the next execution, not made and billed again, and removed by the sweep after the backup', async () => {
    await start();
    const { harness, table } = world;
    const content = await readContent();
    const { id } = await stopAfterExport(1);
    const staged = `staging/${id}/export`;
    await sweep(harness.services);
    expect(await listKeys(harness.store, staged)).not.toEqual([]);
    await reconcile(harness.services);
    await harness.executions.idle();
    const backup = await harness.operations.describeBackup({ table, id });
    await expectContent(backup, content);
    expect(backup).toMatchObject({ attempts: 2 });
    expect(await listExports()).toHaveLength(1);
    await sweep(harness.services);
    expect(await listKeys(harness.store, staged)).toEqual([]);
  });

  it('is continued even if its note was lost', async () => {
    await start();
    const { harness, table } = world;
    const content = await readContent();
    const { id } = await stopAfterExport(1);
    for (const key of await listKeys(harness.store, `staging/${id}/export`)) {
      if (/export\/\d+\.json$/.test(key)) await harness.store.delete([key]);
    }
    await reconcile(harness.services);
    await harness.executions.idle();
    await expectContent(await harness.operations.describeBackup({ table, id }), content);
    expect(await listExports()).toHaveLength(1);
  });
});

it('a backup by export that crashes after any step is completed with the content at its request', async () => {
  await start();
  const { harness, table } = world;
  await backUp();
  passSeconds();
  const reached = new Set<string>();
  for (let survived = 0, ended = false; !ended; survived++) {
    await change();
    const content = await readContent();
    let steps = 0;
    const crashing = harness.restart({
      config: byExports,
      around: async (handler, _input, run) => {
        const output = await run();
        // A call that only waits does not count as a step.
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
    const after = harness.restart({ config: byExports });
    await reconcile(after.services);
    await after.executions.idle();
    const backup = await after.operations.describeBackup({ table, id });
    expect(backup.parent).toBeDefined();
    await expectContent(backup, content);
  }
  expect([...reached]).toEqual(['begin', 'collect', 'partition', 'arrange', 'apply', 'commit', 'hand-over']);
  await expectNothingHeld(harness, table);
});
