import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BackupRecord, Figures } from '../../../lambda/model/records.ts';
import { estimateRestore, computeEstimate } from '../../../lambda/operations/estimate-restore.ts';
import { dryRunRestore } from '../../../lambda/operations/dry-run-restore.ts';
import { restoreTable } from '../../../lambda/operations/restore-table.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { available, creating } from '../../dialects/dynamodb/fakes.ts';
import { useDatabase } from '../../support/database.ts';
import { createFilledTable, recordOf, tableExists } from '../../support/fixture.ts';
import { type Harness, startHarness } from '../../support/harness.ts';
import type { RestoreOverrides } from '../../../lambda/model/restore-overrides.ts';

const database = useDatabase();
let harness: Harness;
let backup: BackupRecord;

beforeAll(async () => {
  harness = await startHarness(database);
  const table = await createFilledTable(database, 3);
  const { id } = await harness.operations.createBackup({ table, name: 'a-backup' });
  await harness.executions.idle();
  backup = await harness.operations.describeBackup({ table, id });
});
afterAll(() => harness.close());

const keyOf = ({ table: { name }, id }: BackupRecord) => ({ table: name, id });
const newTarget = () => `restored-${randomIds.hex(8)}`;

describe('an estimate of a restore', () => {
  it('is computed from the record of the backup alone', async () => {
    const { catalog, config, native } = harness.services;
    const services = { catalog, config, native };
    expect(await estimateRestore(services, keyOf(backup))).toMatchObject({
      items: 3,
      bytes: backup.figures?.bytes,
    });
    const figures = { ...backup.figures, items: 1_000_000, bytes: 1_000_000 } as Figures;
    vi.spyOn(catalog.backups, 'get').mockResolvedValueOnce({ ...backup, figures });
    const estimate = await estimateRestore(services, keyOf(backup));
    expect(estimate).toMatchObject({ items: 1_000_000, bytes: 1_000_000 });
    // 1,000,000 to 1,000,977 units at 0.625e-6, and one function for 250 to 1,000 seconds at 2.303e-5.
    expect(estimate.ways[1]).toMatchObject({
      way: 'writes',
      usd: { low: expect.closeTo(0.63076, 5), high: expect.closeTo(0.64864, 5) },
    });
  });

  it('fails for a backup that is being created and for a deleted one', async () => {
    const { name: table } = backup.table;
    const other = await harness.operations.createBackup({ table, name: 'another' });
    const code = (expected: string) => expect.objectContaining({ code: expected });
    await expect(harness.operations.estimateRestore(keyOf(other))).rejects.toEqual(
      code('BackupNotAvailable'),
    );
    await harness.executions.idle();
    await harness.operations.deleteBackup(keyOf(other));
    await expect(harness.operations.estimateRestore(keyOf(other))).rejects.toEqual(code('BackupNotFound'));
  });
});

describe('computeEstimate', () => {
  const { description: plain } = creating;
  const { description: indexed } = available;
  const small = { items: 1000, bytes: 1_000_000 };
  const large = { items: 100 * 1024 ** 2, bytes: 100 * 1024 ** 3 };

  it('estimates both ways and chooses the configured one', () => {
    const about = (low: number, high: number) => ({
      low: expect.closeTo(low, 2),
      high: expect.closeTo(high, 2),
    });
    // Computed by hand, with a function's second at 2.303e-5. Import: 101.17 and 251.17 GB of JSON at 0.15, each GB made in 40
    // and 120 seconds; a tenth and three quarters of it are kept for three days at 0.0023. Writes: 65.54 and 131.07 for the
    // units, and 40 functions for the 2,621 and 52,429 seconds in which the table accepts the items.
    const ways = [
      {
        way: 'import',
        usd: about(15.18 + 0.09 + 0.02, 37.68 + 0.69 + 0.43),
        seconds: about(727.03, 182_197.27),
      },
      { way: 'writes', usd: about(67.95, 179.38), seconds: about(2641.44, 52_548.8) },
    ];
    for (const restoreBy of ['import', 'writes'] as const) {
      const estimate = computeEstimate(large, plain, { restoreBy });
      expect(estimate.ways).toEqual(ways);
      expect(estimate.choice).toMatchObject({ way: restoreBy });
      expect(estimate.auto).toMatchObject({ way: 'import' });
    }
  });

  it('chooses writes for a small backup if the configuration does not choose', () => {
    expect(computeEstimate(small, plain, { restoreBy: 'import' })).toMatchObject({
      choice: { way: 'import' },
      auto: { way: 'writes' },
    });
  });

  it('finds an import impossible for a table with a local index, and for an empty backup', () => {
    for (const [size, target] of [
      [large, indexed],
      [{ items: 0, bytes: 0 }, plain],
    ] as const) {
      const { ways, choice } = computeEstimate(size, target, { restoreBy: 'import' });
      expect(ways[0]).toEqual({ way: 'import', impossible: choice.why });
      expect(choice.way).toBe('writes');
    }
  });
});

describe('a dry run', () => {
  const dryRun = (target: string, overrides: RestoreOverrides = {}, of = backup) =>
    dryRunRestore(harness.services, { backup: keyOf(of), target, overrides });

  it('returns what the restore would create, and creates nothing', async () => {
    const target = newTarget();
    const overrides: RestoreOverrides = {
      billingMode: 'PROVISIONED',
      provisionedThroughput: { ReadCapacityUnits: 4, WriteCapacityUnits: 5 },
    };
    const { restore: planned, estimate } = await dryRun(target, overrides);
    expect(estimate).toMatchObject({ items: 3 });
    expect(await harness.services.catalog.restores.get(target)).toBeUndefined();
    expect(await harness.services.catalog.snapshots.get(keyOf(backup))).not.toHaveProperty('restores');
    expect(await tableExists(database, target)).toBe(false);

    const input = { backup: keyOf(backup), target, overrides };
    const restore = recordOf(await restoreTable(harness.services, input));
    expect(restore).toMatchObject({ ...planned, requestedAt: restore.requestedAt });
    await harness.executions.idle();
  });

  it('throws the same errors as the restore', async () => {
    const restored = newTarget();
    const { restores } = harness.services.catalog;
    // This restore has no execution, so it is RESTORING until the test ends it.
    const running = await restores.create({ backup, target: restored, description: backup.description });
    const missing = { ...backup, id: `${backup.id.slice(0, -8)}00000000` } as BackupRecord;
    const cases = [
      [newTarget(), {}, missing],
      [newTarget(), { billingMode: 'PROVISIONED' }, backup],
      [backup.table.name, {}, backup],
      [restored, {}, backup],
    ] as const;
    for (const [target, overrides, of] of cases) {
      const outcomes = await Promise.allSettled([
        restoreTable(harness.services, { backup: keyOf(of), target, overrides }),
        dryRun(target, overrides, of),
      ]);
      const [real, dry] = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason);
      expect(dry).toMatchObject({ code: real.code, message: real.message });
    }
    await restores.end(running, 'FAILED', { reason: 'over' });
  });

  it('throws LimitExceeded while too many restores run', async () => {
    const { restores } = harness.services.catalog;
    const { description } = backup;
    const running = await Promise.all(
      Array.from({ length: 50 }, () => restores.create({ backup, target: newTarget(), description })),
    );
    const [real, dry] = (
      await Promise.allSettled([
        restores.create({ backup, target: newTarget(), description }),
        dryRun(newTarget()),
      ])
    ).map((outcome) => outcome.status === 'rejected' && outcome.reason);
    expect(dry).toMatchObject({ code: 'LimitExceeded', message: real.message });
    for (const restore of running) await restores.end(restore, 'FAILED', { reason: 'over' });
    expect(await dryRun(newTarget())).toHaveProperty('estimate');
  });
});
