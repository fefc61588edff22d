import { describe, expect, it } from 'vitest';
import { planSweep } from '../../../lambda/operations/plan-sweep.ts';
import { sweep } from '../../../lambda/retention/sweep.ts';
import { listAllKeys, backUpChain, remove } from '../../support/retention/support.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { createFilledTable } from '../../support/fixture.ts';

const world = useTidemark({ config: { sweepGraceMs: 0 } });

describe('the plan of a sweep', () => {
  it('lists what a sweep deletes, and making it changes nothing', async () => {
    const { database, harness, table } = world;
    const [{ backup }] = await backUpChain(database, harness, table, 3);
    await remove(harness, backup);
    const before = await listAllKeys(harness.store);
    const plans = await planSweep(harness.services);
    const planned = plans.flatMap((folder) => ('plan' in folder ? folder.plan.delete : []));
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
    const plans = await planSweep(harness.services);
    expect(new Set(plans.map((folder) => folder.table))).toEqual(new Set([table, other, undefined]));
    expect(await planSweep(harness.services, { table })).toEqual(
      plans.filter((folder) => folder.table === table),
    );
  });
});
