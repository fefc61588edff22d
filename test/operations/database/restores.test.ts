import { beforeEach, describe, expect, it } from 'vitest';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { createRestoreId } from '../../../lambda/model/ids.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { shiftClock } from '../../support/simulated-clock.ts';

const world = useTidemark({ items: 1 });
const hourMs = 60 * 60 * 1000;
let backup: BackupRecord;

beforeEach(async () => {
  const { harness, table } = world;
  const { id } = await harness.operations.createBackup({ table, name: 'a-backup' });
  await harness.executions.idle();
  backup = await harness.operations.describeBackup({ table, id });
});

/** Records a restore to this target, whose execution never runs. */
const start = (target: string) =>
  world.harness.services.catalog.restores.create({ backup, target, description: backup.description });

const newTarget = () => `restored-${randomIds.hex(8)}`;

describe('DescribeRestore', () => {
  it('returns a restore from its request on, even after it failed', async () => {
    const { operations, services } = world.harness;
    const restore = await start(newTarget());
    expect(await operations.describeRestore({ target: restore.target, id: restore.id })).toEqual(restore);
    await services.catalog.restores.end(restore, 'FAILED', { reason: 'no luck' });
    expect(await operations.describeRestore({ target: restore.target })).toMatchObject({
      status: 'FAILED',
      reason: 'no luck',
      endedAt: expect.any(Number),
    });
  });

  it('returns only the latest restore to its target', async () => {
    const { operations } = world.harness;
    const restore = await start(newTarget());
    const others = [
      { target: newTarget() },
      { target: restore.target, id: createRestoreId(restore.requestedAt - 1, '00000000') },
    ];
    for (const input of others)
      await expect(operations.describeRestore(input)).rejects.toMatchObject({ code: 'RestoreNotFound' });
  });
});

it('a restore fails with the reason if somebody creates a table with its name first', async () => {
  const { database, harness, table } = world;
  const target = newTarget();
  const racing = harness.restart({
    around: async (handler, _input, run) => {
      if (handler === 'restore-plan') {
        await database.dynamodb.send(
          new CreateTableCommand({
            TableName: target,
            BillingMode: 'PAY_PER_REQUEST',
            KeySchema: [{ AttributeName: 'mine', KeyType: 'HASH' }],
            AttributeDefinitions: [{ AttributeName: 'mine', AttributeType: 'S' }],
          }),
        );
      }
      return run();
    },
  });
  await racing.operations.restoreTable({ backup: { table, id: backup.id }, target });
  await racing.executions.idle();
  expect(await harness.operations.describeRestore({ target })).toMatchObject({
    status: 'FAILED',
    reason: `TableAlreadyExists: Table already exists: ${target}`,
    targetFate: { kind: 'absent' },
  });
  const described = await harness.operations.describeTable({ table: target });
  expect([described.table?.KeySchema?.[0]?.AttributeName, described.restore]).toEqual(['mine', undefined]);
});

describe('DescribeTable for the missing table', () => {
  const describeAfter = (target: string, ms: number) =>
    world.harness
      .restart({ clock: shiftClock(world.database.clock, ms) })
      .operations.describeTable({ table: target });

  it('reports the reason of a failed restore for a day, and then the usual error', async () => {
    const { catalog } = world.harness.services;
    const restore = await start(newTarget());
    await catalog.restores.end(restore, 'FAILED', { reason: 'no luck' });
    await expect(describeAfter(restore.target, 23 * hourMs)).rejects.toMatchObject({
      code: 'RestoreFailed',
      message: `Its restore ${restore.id} failed: no luck`,
    });
    await expect(describeAfter(restore.target, 25 * hourMs)).rejects.toMatchObject({ code: 'TableNotFound' });
  });

  it('reports the usual error after a successful restore', async () => {
    const restore = await start(newTarget());
    await world.harness.services.catalog.restores.end(restore, 'RESTORED');
    await expect(describeAfter(restore.target, 0)).rejects.toMatchObject({ code: 'TableNotFound' });
  });
});

describe('listRestores', () => {
  const list = async (input: object) => {
    const { restores } = await world.harness.operations.listRestores({ limit: 100, ...input });
    return restores.map(({ target }) => target);
  };

  it('returns the newest restores first, page by page, and for each target only the latest', async () => {
    const { catalog } = world.harness.services;
    const targets = Array.from({ length: 5 }, newTarget);
    for (const target of targets) {
      await catalog.restores.end(await start(target), 'FAILED');
      await world.database.clock.sleep(2);
    }
    const [first = ''] = targets;
    const again = await start(first);
    const expected = [first, ...targets.slice(1).toReversed()];
    const found: string[] = [];
    let next: string | undefined;
    const sizes: number[] = [];
    do {
      const page = await world.harness.operations.listRestores({
        limit: 2,
        ...(next !== undefined && { next }),
      });
      found.push(...page.restores.map(({ target }) => target));
      sizes.push(page.restores.length);
      next = page.next;
    } while (next !== undefined);
    expect([found, sizes]).toEqual([expected, [2, 2, 1]]);
    expect((await world.harness.operations.listRestores({ limit: 1 })).restores).toEqual([again]);
  });

  it('finds restores by source or target, by backup and by status', async () => {
    const { catalog } = world.harness.services;
    const [running, failed] = [newTarget(), newTarget()];
    await start(running);
    await catalog.restores.end(await start(failed), 'FAILED');
    expect(await list({ table: failed })).toEqual([failed]);
    expect((await list({ table: world.table })).toSorted()).toEqual([running, failed].toSorted());
    expect((await list({ backupArn: backup.arn })).toSorted()).toEqual([running, failed].toSorted());
    expect(await list({ backupArn: `${backup.arn}0` })).toEqual([]);
    expect(await list({ status: 'FAILED' })).toEqual([failed]);
  });

  it('returns pages that examine no more restores than the limit', async () => {
    await start(newTarget());
    await world.harness.services.catalog.restores.end(await start(newTarget()), 'FAILED');
    const page = await world.harness.operations.listRestores({ limit: 1, status: 'RESTORED' });
    expect(page).toEqual({ restores: [], next: expect.any(String) });
  });

  it('accepts only a token that a page has returned', async () => {
    await expect(list({ next: 'x' })).rejects.toMatchObject({ code: 'Validation' });
  });
});
