import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { RestoreJob } from '../../../lambda/jobs/job.ts';
import { namePart, openRestoreStaging } from '../../../lambda/jobs/staging.ts';
import type { RestoreRecord } from '../../../lambda/model/records.ts';
import { readCurrentRestore } from '../../../lambda/restore/current-restore.ts';
import { finishRestore } from '../../../lambda/restore/finish-restore.ts';
import { sumTarget } from '../../../lambda/restore/sum-target.ts';
import { writeRange } from '../../../lambda/restore/write-range.ts';
import type { Services } from '../../../lambda/services/services.ts';
import { shape } from '../../support/fixture.ts';
import { newTargetName } from '../../support/restore/imports.ts';
import { beginRestore, replaceTarget } from '../../support/restore/step-by-step.ts';
import { backUp } from '../../support/retention/support.ts';
import { nthKey } from '../../support/tables.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const world = useTidemark({ items: 5 });

/** Restores a new backup up to its last step. */
async function loadTable(): Promise<RestoreJob> {
  const { database, harness, table } = world;
  const { backup } = await backUp(database, harness, table);
  const job = await beginRestore(harness, backup);
  await writeRange(harness.services, { job, task: 0, part: 0 });
  return job;
}

async function finish(job: RestoreJob): Promise<RestoreRecord | undefined> {
  const { services } = world.harness;
  for (let status = 'wait'; status === 'wait';) ({ status } = await finishRestore(services, { job }));
  return services.catalog.restores.get(job.table);
}

const put = (TableName: string, n: number) =>
  world.database.dynamodb.send(
    new PutItemCommand({ TableName, Item: { ...nthKey(shape, n), value: { S: 'of somebody else' } } }),
  );
const remove = (TableName: string, n: number) =>
  world.database.dynamodb.send(new DeleteItemCommand({ TableName, Key: nthKey(shape, n) }));

const disturbances: [string, (table: string) => Promise<unknown>, RegExp][] = [
  ['puts an item', (table) => put(table, 100), /holds 6 items in place of 5: something else wrote/],
  ['replaces an item', (table) => put(table, 2), /holds 5 items, not all as restored: something else wrote/],
  ['deletes an item', (table) => remove(table, 2), /holds 4 items in place of 5: something else wrote/],
];

describe('a restore that verifies its table', () => {
  it.each(disturbances)('records a doubt if somebody else %s during the load', async (_, disturb, reason) => {
    const job = await loadTable();
    await disturb(job.table);
    expect(await finish(job)).toMatchObject({
      status: 'RESTORED',
      reason: expect.stringMatching(reason) as string,
      targetFate: { kind: 'complete' },
    });
  });

  it('records no doubt if nobody else wrote', async () => {
    const restore = await finish(await loadTable());
    expect(restore).toMatchObject({ status: 'RESTORED', verifyTarget: true });
    expect(restore).not.toHaveProperty('reason');
  });

  it('does not read another table that has taken the name', async () => {
    const { database, harness } = world;
    const job = await loadTable();
    const current = await readCurrentRestore(harness.services, job);
    await replaceTarget(database, job);
    await expect(sumTarget(harness.services, job, current)).rejects.toMatchObject({
      code: 'TargetTableLost',
    });
  });
});

it('a restore does not read its table if its request or the configuration says so', async () => {
  const { harness, table } = world;
  const { id } = await harness.operations.createBackup({ table, name: 'unread' });
  await harness.executions.idle();
  const scans: unknown[] = [];
  harness.services.dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      (call) => {
        const { TableName } = call.input as { TableName?: string };
        if (commandName === 'ScanCommand') scans.push(TableName);
        return next(call);
      },
    { step: 'initialize', name: `scans-${table}` },
  );
  const restoreBy = async (by: typeof harness, overrides: object) => {
    const target = newTargetName();
    await by.operations.restoreTable({ backup: { table, id }, target, overrides });
    await by.executions.idle();
    expect(await by.operations.describeRestore({ target })).toMatchObject({ status: 'RESTORED' });
    return target;
  };
  await restoreBy(harness, { verifyTarget: false });
  const silent = harness.restart({ config: { verifyTarget: false } });
  await restoreBy(silent, {});
  expect(scans).toEqual([]);
  const read = await restoreBy(silent, { verifyTarget: true });
  expect(scans).toEqual([read]);
});

describe('the sum of a table that takes several calls', () => {
  it('continues after the last part, and each later call returns the same sum', async () => {
    await world.replaceTable(2500);
    const job = await loadTable();
    const { services } = world.harness;
    const short: Services = { ...services, config: { ...services.config, timeBudgetMs: 0 } };
    const current = await readCurrentRestore(services, job);
    const whole = { ...current.plan, ...(await sumOf(short, job, 3)) };
    expect(whole.items).toBe(2500);
    await put(job.table, 9999);
    expect(await sumTarget(short, job, current)).toEqual({ items: whole.items, digest: whole.digest });
    const { done } = await openRestoreStaging(services, job).read<{ done: boolean }>(namePart('verify', 2));
    expect(done).toBe(true);
    expect(await finish(job)).not.toHaveProperty('reason');
  });
});

/** Calls until there is a sum, which takes `calls` calls. */
async function sumOf(services: Services, job: RestoreJob, calls: number) {
  const current = await readCurrentRestore(services, job);
  for (let call = 1; call < calls; call++) expect(await sumTarget(services, job, current)).toBeUndefined();
  const sum = await sumTarget(services, job, current);
  if (sum === undefined) throw new Error(`no sum after ${calls} calls`);
  return sum;
}
