import { beforeEach, describe, expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { restoreTable } from '../../../lambda/operations/restore-table.ts';
import type { ErrorCode } from '../../../lambda/runtime/errors.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { recordOf } from '../../support/fixture.ts';
import type { RestoreOverrides } from '../../../lambda/model/restore-overrides.ts';
import type { Job } from '../../../lambda/jobs/job.ts';

const world = useTidemark({ items: 1 });
let backup: BackupRecord;
/** The ids of the started jobs, none of which runs. */
let started: string[];

beforeEach(async () => {
  const { harness, table } = world;
  started = [];
  const { id } = await harness.operations.createBackup({ table, name: 'a-backup' });
  await harness.executions.idle();
  backup = await harness.operations.describeBackup({ table, id });
});

const newTarget = () => `restored-${randomIds.hex(8)}`;

function request(target: string, overrides: RestoreOverrides = {}, of = backup) {
  const executions = {
    ...world.harness.executions,
    start: async ({ id }: Job) => {
      started.push(id);
    },
  };
  return restoreTable(
    { ...world.harness.services, executions },
    { backup: { table: of.table.name, id: of.id }, target, overrides, requestedBy: 'ada' },
  );
}

const errorOf = (code: ErrorCode, message?: string) =>
  expect.objectContaining({ code, ...(message !== undefined && { message }) });

describe('a requested restore', () => {
  it('is recorded with the description of the table to create, and started', async () => {
    const target = newTarget();
    const provisionedThroughput = { ReadCapacityUnits: 4, WriteCapacityUnits: 5 };
    const restore = recordOf(await request(target, { billingMode: 'PROVISIONED', provisionedThroughput }));
    expect(restore).toMatchObject({
      target,
      backup: backup.id,
      backupArn: backup.arn,
      contentTime: backup.marker,
      requestedBy: 'ada',
      status: 'RESTORING',
      description: { billingMode: 'PROVISIONED', provisionedThroughput },
    });
    expect(restore.description).not.toHaveProperty('stream');
    expect(await world.harness.services.catalog.restores.get(target)).toEqual(restore);
    expect(started).toEqual([restore.id]);
  });

  it('is left to the reconciler if its execution cannot be started', async () => {
    const { harness } = world;
    const target = newTarget();
    const executions = { ...harness.executions, start: () => Promise.reject(new Error('throttled')) };
    const key = { table: backup.table.name, id: backup.id };
    const services = { ...harness.services, executions };
    const restore = recordOf(await restoreTable(services, { backup: key, target }));
    expect(await harness.services.catalog.restores.listRunning()).toEqual([restore]);
  });
});

describe('a restore with several errors', () => {
  const misfit: RestoreOverrides = { billingMode: 'PROVISIONED' };

  it('first reports a missing backup', async () => {
    await world.harness.operations.deleteBackup({ table: backup.table.name, id: backup.id });
    await expect(request(backup.table.name, misfit)).rejects.toEqual(
      errorOf('BackupNotFound', `Backup not found: ${backup.arn}`),
    );
  });

  it('reports a backup that is being created, before its overrides and target', async () => {
    const { name: table } = backup.table;
    const creating = await world.harness.operations.createBackup({ table, name: 'another' });
    await expect(request(table, misfit, creating)).rejects.toEqual(errorOf('BackupNotAvailable'));
    await world.harness.executions.idle();
  });

  it('reports overrides that do not fit, before the target', async () => {
    await expect(request(backup.table.name, misfit)).rejects.toEqual(errorOf('Validation'));
  });

  it('last reports a target that exists, or that is being restored', async () => {
    const { name } = backup.table;
    await expect(request(name)).rejects.toEqual(
      errorOf('TableAlreadyExists', `Table already exists: ${name}`),
    );
    const target = newTarget();
    await request(target);
    await expect(request(target)).rejects.toEqual(
      errorOf('TableInUse', `Table: ${target} is already being restored from backup: ${backup.arn}`),
    );
    expect(started).toHaveLength(1);
  });
});

it('the error for a target that is being restored to a point in time names no backup', async () => {
  const target = newTarget();
  await world.harness.services.catalog.restores.createForPointInTime({
    backup,
    target,
    description: backup.description,
  });
  const inUse = errorOf('TableInUse', `Table: ${target} is already being restored`);
  await expect(request(target)).rejects.toEqual(inUse);
});

describe('the number of concurrent restores', () => {
  const full = errorOf(
    'LimitExceeded',
    'Subscriber limit exceeded: Only 50 restore operations can be done simultaneously',
  );

  it('is limited to 50, even of one backup, until one of them ends', async () => {
    const { restores, snapshots } = world.harness.services.catalog;
    const outcomes = await Promise.allSettled(Array.from({ length: 53 }, () => request(newTarget())));
    const rejected = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(rejected.map((outcome) => outcome.reason)).toEqual([full, full, full]);
    const running = await restores.listRunning();
    expect(running.map(({ id }) => id).toSorted()).toEqual(started.toSorted());
    expect(started).toHaveLength(50);

    const [first, ...others] = running;
    if (first === undefined) throw new Error('there are 50 running restores');
    await restores.end(first, 'FAILED', { reason: 'no luck' });
    await restores.end(first, 'FAILED', { reason: 'no luck' });
    await request(newTarget());
    await expect(request(newTarget())).rejects.toEqual(full);

    const key = { table: backup.table.name, id: backup.id };
    for (const restore of others) await restores.end(restore, 'RESTORED');
    await expect(world.harness.operations.deleteBackup(key)).rejects.toEqual(errorOf('BackupInUse'));
    for (const restore of await restores.listRunning()) await restores.end(restore, 'RESTORED');
    expect(await snapshots.get(key)).not.toHaveProperty('restores');
  });

  it('does not include those that failed for another reason', async () => {
    const target = newTarget();
    await request(target);
    const { catalog } = world.harness.services;
    const { description } = backup;
    // Skips the checks, which simultaneous requests also pass.
    for (let n = 0; n < 60; n++) {
      await expect(catalog.restores.create({ backup, target, description })).rejects.toEqual(
        errorOf('TableInUse'),
      );
    }
    await Promise.all(Array.from({ length: 49 }, () => request(newTarget())));
    await expect(request(newTarget())).rejects.toEqual(full);
  });
});
