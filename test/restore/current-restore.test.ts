import { describe, expect, it } from 'vitest';
import type { RestoreJob } from '../../lambda/jobs/job.ts';
import { createBackupId, createRestoreId } from '../../lambda/model/ids.ts';
import type { RestoreRecord } from '../../lambda/model/records.ts';
import { findRestore } from '../../lambda/restore/current-restore.ts';
import { planRestore } from '../../lambda/restore/plan-restore.ts';
import type { Services } from '../../lambda/services/services.ts';

const id = createRestoreId(1, '00000000');
const restore = {
  id,
  target: 'target',
  backup: createBackupId(1, '00000000'),
  source: { name: 'source', arn: 'arn', tableId: 'table' },
  status: 'RESTORING',
  attempts: 2,
} as RestoreRecord;
const job = { machine: 'restore', table: 'target', id, execution: `${id}-2` } as RestoreJob;

/** Services over a catalog that has only the given records. */
function answering(catalog: object): Services {
  return { catalog } as Services;
}

describe('the restore that a step works on', () => {
  const find = (more: Partial<RestoreRecord>) =>
    findRestore(answering({ restores: { get: async () => ({ ...restore, ...more }) } }), job);

  it('is the running restore that the execution owns', async () => {
    expect(await find({})).toEqual(restore);
  });

  it.each<[string, Partial<RestoreRecord>]>([
    ['it is restored', { status: 'RESTORED' }],
    ['it has failed', { status: 'FAILED' }],
    ['another execution has it', { attempts: 3 }],
    ['it is a later restore to the same target', { id: createRestoreId(2, '00000000'), attempts: 2 }],
  ])('is not found by a step if %s', async (_why, more) => {
    expect(await find(more)).toBeUndefined();
  });
});

describe('planning a restore', () => {
  const plan = (more: Partial<RestoreRecord>, backup?: object) =>
    planRestore(
      answering({
        restores: { get: async () => ({ ...restore, ...more }), hold: async () => false },
        backups: { get: async () => backup },
      }),
      { job },
    );

  it('is refused once the restore is abandoned', async () => {
    await expect(plan({ abandoned: 'given up' })).rejects.toMatchObject({ code: 'TurnLost' });
  });

  it('waits while the backup of a point in time is made', async () => {
    expect(await plan({ pointInTime: true }, { status: 'CREATING' })).toMatchObject({ status: 'wait' });
  });

  it('is refused if the snapshot of a point in time cannot be held', async () => {
    const planning = plan({ pointInTime: true }, { status: 'AVAILABLE' });
    await expect(planning).rejects.toMatchObject({ code: 'BackupNotFound' });
  });
});
