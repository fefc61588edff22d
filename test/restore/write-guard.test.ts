import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { RestoreJob } from '../../lambda/jobs/job.ts';
import { createBackupId, createRestoreId } from '../../lambda/model/ids.ts';
import type { RestoreRecord } from '../../lambda/model/records.ts';
import { WriteGuard } from '../../lambda/restore/write-guard.ts';
import type { Services } from '../../lambda/services/services.ts';

const id = createRestoreId(1, '00000000');
const running = {
  id,
  target: 'target',
  targetTableId: 'made',
  backup: createBackupId(1, '00000000'),
  source: { name: 'source', arn: 'arn', tableId: 'table' },
  status: 'RESTORING',
  attempts: 1,
} as RestoreRecord;
const job = { machine: 'restore', table: 'target', id, execution: id, round: 0 } as RestoreJob;

/** A guard over one record and one table, both of which the test changes. */
function createGuard(writeGuardMs = 0) {
  const state = { now: 0, looks: 0, restore: running, tableId: 'made' };
  const restores = {
    get: async () => {
      state.looks++;
      return state.restore;
    },
  };
  const dynamodb: Pick<DynamoDBClient, 'send'> = {
    send: async () => ({ Table: { TableName: 'target', TableId: state.tableId } }),
  };
  const services = {
    catalog: { restores },
    dynamodb,
    clock: { now: () => state.now },
    config: { writeGuardMs },
  };
  const guard = new WriteGuard(services as unknown as Services, job, {
    restore: running,
    plan: { manifestSha256: '', way: 'writes', why: '', ranges: [] },
  });
  return { state, guard };
}

describe('a step of a restore', () => {
  it('may write to the table of its running restore', async () => {
    const { guard } = createGuard();
    await expect(guard.check()).resolves.toBeUndefined();
  });

  it.each<[string, Partial<RestoreRecord>]>([
    ['the restore is settled, because the table belongs to its owner', { settled: true }],
    ['the restore is abandoned, because its table is being removed', { abandoned: 'given up' }],
    ['the restore has ended', { status: 'RESTORED' }],
    ['another execution owns the restore', { attempts: 2 }],
  ])('may not write once %s', async (_why, change) => {
    const { state, guard } = createGuard();
    state.restore = { ...running, ...change };
    await expect(guard.check()).rejects.toMatchObject({ code: 'TurnLost' });
  });

  it('may not write to another table of that name', async () => {
    const { state, guard } = createGuard();
    state.tableId = 'other';
    await expect(guard.check()).rejects.toMatchObject({ code: 'TargetTableLost' });
  });

  it('checks again once the last check is as old as the guard allows', async () => {
    const { state, guard } = createGuard(1000);
    await guard.check();
    state.restore = { ...running, settled: true };
    state.now = 999;
    await guard.check();
    expect(state.looks).toBe(1);
    state.now = 1000;
    await expect(guard.check()).rejects.toMatchObject({ code: 'TurnLost' });
    expect(state.looks).toBe(2);
  });
});
