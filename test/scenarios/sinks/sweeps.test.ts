import { expect, it } from 'vitest';
import { sweep } from '../../../lambda/retention/sweep.ts';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { openFolder } from '../../../local/sink-folders.ts';
import { listKeys } from '../../support/retention/support.ts';
import { shiftClock } from '../../support/simulated-clock.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const hour = 60 * 60 * 1000;
const archive = { name: 'archive', bucket: 'cold' };
const world = useTidemark({ config: { sinks: [archive] } });

async function backUp(sink?: string): Promise<BackupRecord> {
  const { operations, executions } = world.harness;
  const { id } = await operations.createBackup({ table: world.table, name: 'b', ...(sink && { sink }) });
  await executions.idle();
  return operations.describeBackup({ table: world.table, id });
}

it('a data sink whose listing takes longer than a sweep delays the default one by nothing', async () => {
  await backUp('archive');
  const first = await backUp();
  const second = await backUp();
  await world.harness.operations.deleteBackup({ table: world.table, id: first.id });
  let now = 0;
  const clock = shiftClock(world.database.clock, 3 * hour);
  const slow = world.harness.restart({
    clock: { ...clock, now: () => clock.now() + now },
    openSink: async (sink) => ({
      ...(await openFolder(sink)),
      async *list(): AsyncGenerator<never> {
        now += hour;
        yield* [];
        throw new Error('the sink hangs');
      },
    }),
  });
  const summary = await sweep(slow.services);
  expect(summary).toMatchObject({ troubles: 1 });
  const keys = await listKeys(world.harness.store, 'tables');
  expect(keys.filter((key) => key.includes('/snapshots/'))).toEqual([expect.stringContaining(second.id)]);
});

it('staged objects of no backup are reported although a data sink cannot be swept', async () => {
  await backUp('archive');
  const stray = 'staging/01700000000000-0123abcd/plan.json';
  await world.harness.store.put(stray, Buffer.from('{}'));
  const clock = shiftClock(world.database.clock, 3 * hour);
  const without = world.harness.restart({ clock, config: { sinks: [] } });
  expect(await sweep(without.services)).toMatchObject({
    finished: true,
    troubles: 1,
    kept: { unknown: { objects: 1 } },
  });
});
