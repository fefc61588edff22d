import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { reconcile } from '../../../lambda/reconcile/reconcile.ts';
import type { Config } from '../../../lambda/services/config.ts';
import type { Harness } from '../../support/harness.ts';
import { shiftClock } from '../../support/simulated-clock.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const hour = 60 * 60 * 1000;
const archive = { name: 'archive', bucket: 'cold' };
const world = useTidemark({ config: { sinks: [archive] } });
const warn = vi.fn<(message: string, facts?: object) => void>();

async function backUpToArchive(): Promise<string> {
  const { operations, executions } = world.harness;
  const { id } = await operations.createBackup({ table: world.table, name: 'b', sink: 'archive' });
  await executions.idle();
  return id;
}

function restartLater(hours: number, config: Partial<Config> = {}): Harness {
  const clock = shiftClock(world.database.clock, hours * hour);
  return world.harness.restart({ clock, config, log: { ...silentLog, warn } });
}

async function findHead(): Promise<string | undefined> {
  return (await world.harness.services.catalog.turns.getTable(world.table, 'archive'))?.head?.snapshot;
}

it('the head in a data sink that was removed from the configuration is not moved, which is no trouble', async () => {
  const id = await backUpToArchive();
  expect(await reconcile(restartLater(9, { sinks: [] }).services)).toEqual({ troubles: 0 });
  expect(await findHead()).toBe(id);
});

it('the head in a data sink that cannot be reached is moved an hour later, and each try is one warning', async () => {
  const id = await backUpToArchive();
  const [place, away] = [join(world.harness.folder, 'sinks', 'cold'), join(world.harness.folder, 'away')];
  await rename(place, away);
  const tried = () => warn.mock.calls.filter(([message]) => message === 'the head was not moved');
  for (const hours of [9, 9.5]) {
    expect(await reconcile(restartLater(hours).services)).toEqual({ troubles: 0 });
    expect(tried()).toEqual([
      [
        'the head was not moved',
        {
          table: world.table,
          sink: 'archive',
          reason: expect.stringMatching(/^SinkUnreachable: /) as string,
        },
      ],
    ]);
  }
  await rename(away, place);
  const next = restartLater(10.1);
  expect(await reconcile(next.services)).toEqual({ troubles: 0 });
  await next.executions.idle();
  expect(await findHead()).not.toBe(id);
});
