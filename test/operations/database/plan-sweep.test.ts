import { describe, expect, it } from 'vitest';
import { planSweep } from '../../../lambda/operations/plan-sweep.ts';
import { sweep } from '../../../lambda/retention/sweep.ts';
import { listAllKeys, backUpChain, remove } from '../../support/retention/support.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { createFilledTable } from '../../support/fixture.ts';
import type { Harness } from '../../support/harness.ts';

const nothing = { objects: 0, bytes: 0 };
const emptyPlan = {
  delete: [],
  forget: [],
  unknown: [],
  totals: {
    'unreferenced-run': nothing,
    'dead-manifest': nothing,
    'ended-staging': nothing,
    live: nothing,
    working: nothing,
    unknown: nothing,
  },
};

/** Restarts Tidemark over a store that takes `milliseconds` to list the first object in a table's folder. */
function restartSlow(milliseconds: number): Harness {
  const { harness } = world;
  let late = 0;
  return harness.restart({
    clock: { ...harness.services.clock, now: () => harness.services.clock.now() + late },
    config: { sweepGraceMs: 0, readBudgetMs: 30_000 },
    store: (store) => ({
      ...store,
      async *list(folder) {
        if (folder.startsWith('tables/')) late += milliseconds;
        yield* store.list(folder);
      },
    }),
  });
}

const world = useTidemark({ config: { sweepGraceMs: 0 } });

describe('planSweep', () => {
  it('lists the objects that a sweep deletes, and changes nothing', async () => {
    const { database, harness, table } = world;
    const [{ backup }] = await backUpChain(database, harness, table, 3);
    await remove(harness, backup);
    const before = await listAllKeys(harness.store);
    const { folders } = await planSweep(harness.services);
    const planned = folders.flatMap((folder) => ('plan' in folder ? folder.plan.delete : []));
    expect(new Set(planned.map(({ why }) => why))).toEqual(
      new Set(['unreferenced-run', 'dead-manifest', 'ended-staging']),
    );
    expect(await listAllKeys(harness.store)).toEqual(before);
    expect(await harness.services.catalog.snapshots.get({ table, id: backup.id })).toBeDefined();
    await sweep(harness.services);
    const after = new Set(await listAllKeys(harness.store));
    expect(planned.map(({ key }) => key).toSorted()).toEqual(
      before.filter((key) => !after.has(key)).toSorted(),
    );
  });

  it('can be limited to one table', async () => {
    const { database, harness, table } = world;
    const other = await createFilledTable(database);
    for (const one of [table, other]) await backUpChain(database, harness, one, 1);
    const { folders } = await planSweep(harness.services);
    expect(new Set(folders.map((folder) => folder.table))).toEqual(new Set([table, other, undefined]));
    const ofTable = folders.filter((folder) => folder.table === table);
    const nothingDeleted = { table, folder: 'staging', plan: { ...emptyPlan } };
    expect(await planSweep(harness.services, { table })).toEqual({ folders: [...ofTable, nothingDeleted] });
  });

  it('continues on another page when its time is used up, and all pages together are the whole plan', async () => {
    const { database, harness, table } = world;
    for (const one of [table, await createFilledTable(database), await createFilledTable(database)])
      await backUpChain(database, harness, one, 1);
    const whole = await planSweep(harness.services);
    const { services } = restartSlow(20_000);
    const pages = [await planSweep(services)];
    for (let next; (next = pages.at(-1)?.next) !== undefined;)
      pages.push(await planSweep(services, { next }));
    expect(pages).toHaveLength(3);
    // Objects of unknown jobs are planned only on a page that covers everything.
    expect(pages.flatMap(({ folders }) => folders)).toEqual(whole.folders.slice(0, -1));
  });

  it.each([{}, { all: true }])(
    'reports a table that takes longer than an answer may: %j',
    async ({ all }) => {
      const { database, harness, table } = world;
      await backUpChain(database, harness, table, 1);
      const { folders } = await planSweep(restartSlow(200_000).services, all ? {} : { table });
      expect(folders[0]).toEqual({
        table,
        folder: 'tables',
        trouble: expect.stringContaining('longer than an answer may'),
      });
      const deleted = folders.flatMap((folder) => ('plan' in folder ? folder.plan.delete : []));
      expect(deleted.filter(({ key }) => key.startsWith('tables/'))).toEqual([]);
    },
  );

  it('refuses a token that no page has returned', async () => {
    for (const next of ['', 'music', `${'0'.repeat(16)}${world.table}`]) {
      await expect(planSweep(world.harness.services, { next })).rejects.toMatchObject({ code: 'Validation' });
    }
  });
});
