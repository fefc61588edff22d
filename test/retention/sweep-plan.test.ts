import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBackupId, createRestoreId, type BackupId } from '../../lambda/model/ids.ts';
import type { BackupStatus } from '../../lambda/model/records.ts';
import type { SnapshotRecord } from '../../lambda/catalog/snapshots.ts';
import {
  findLiveSnapshots,
  planStaging,
  planTable,
  stagedJobOf,
  type SweepPlan,
} from '../../lambda/retention/sweep-plan.ts';
import { buildManifestKey, runKey } from '../../lambda/snapshot/format/manifest.ts';
import { createMemoryStore } from '../support/snapshot/support.ts';
import { openBackupStaging, openRestoreStaging } from '../../lambda/jobs/staging.ts';
import { createBackupJob, createRestoreJob } from '../../lambda/jobs/job.ts';
import { testSecret } from '../support/secret.ts';

const tableId = 'table-1';
const deadline = 1000;

/** One backup with its state in the catalog, in its manifest and in the store. */
interface Backup {
  readonly id: BackupId;
  /** Undefined: the catalog has no record of the backup. */
  readonly status: BackupStatus | undefined;
  /** When its snapshot died (epoch ms), or 'alive'; undefined: it has no snapshot. */
  readonly snapshot: 'alive' | number | undefined;
  readonly tableId: string;
  /** The runs that its manifest refers to. */
  readonly runs: readonly string[];
  readonly stored: readonly string[];
}

const backups: fc.Arbitrary<Backup[]> = fc.integer({ min: 1, max: 6 }).chain((count) => {
  const ids = Array.from({ length: count }, (_, n) => createBackupId(n, '0123abcd'));
  const names = ids.flatMap((id) => [0, 1].map((n) => runKey(tableId, `${id}-89abcdef-${n}.0`)));
  return fc.tuple(
    ...ids.map((id) =>
      fc.record({
        id: fc.constant(id),
        status: fc.constantFrom<BackupStatus | undefined>(
          'CREATING',
          'AVAILABLE',
          'FAILED',
          'DELETED',
          undefined,
        ),
        snapshot: fc.constantFrom<'alive' | number | undefined>('alive', deadline, deadline + 1, undefined),
        tableId: fc.constantFrom(tableId, tableId, 'table-2'),
        runs: fc.subarray(names),
        stored: fc.subarray([...names, buildManifestKey(tableId, id)]),
      }),
    ),
  );
});

const planFor = (all: readonly Backup[]): SweepPlan => {
  const census = {
    folders: [],
    backups: new Map(
      all.flatMap(({ id, status, tableId }) =>
        status === undefined ? [] : [[id, { status, tableId }] as const],
      ),
    ),
    snapshots: all.flatMap(({ id, snapshot, tableId }): SnapshotRecord[] => {
      if (snapshot === undefined) return [];
      const record = {
        id,
        tableId,
        manifestSha256: '',
        oldestRun: id,
        ends: { stream: '' },
        internal: false,
      };
      return snapshot === 'alive'
        ? [{ ...record, alive: true }]
        : [{ ...record, alive: false, released: true, diedAt: snapshot }];
    }),
  };
  const live = findLiveSnapshots(census, tableId, deadline);
  const referred = new Set(all.filter(({ id }) => live.has(id)).flatMap(({ runs }) => runs));
  return planTable({ tableId, objects: objectsOf(all), census, live, referred });
};

function objectsOf(all: readonly Backup[]): { key: string; bytes: number }[] {
  return [...new Set(all.flatMap(({ stored }) => stored))].map((key) => ({ key, bytes: key.length }));
}

/** The rule in its simplest form: a search through all backups for each object. */
function isDeletable(key: string, all: readonly Backup[]): boolean {
  const maker = all.find(({ id }) => key.includes(id));
  const ended = ['AVAILABLE', 'FAILED', 'DELETED'].includes(maker?.status ?? '');
  const readers = all.filter(
    ({ snapshot, tableId: its }) =>
      its === tableId && (snapshot === 'alive' || (snapshot !== undefined && snapshot > deadline)),
  );
  return (
    ended && !readers.some(({ id, runs }) => key === buildManifestKey(tableId, id) || runs.includes(key))
  );
}

const keysOf = (objects: readonly { key: string }[]) => objects.map(({ key }) => key).toSorted();

describe('the sweep’s plan for a table', () => {
  it('deletes exactly what a naive search finds deletable', () => {
    fc.assert(
      fc.property(backups, (all) => {
        const deletable = objectsOf(all).filter(({ key }) => isDeletable(key, all));
        expect(keysOf(planFor(all).delete)).toEqual(keysOf(deletable));
      }),
      { numRuns: 500 },
    );
  });

  it('counts every object exactly once', () => {
    fc.assert(
      fc.property(backups, (all) => {
        const { totals, delete: deletions, unknown } = planFor(all);
        const stored = objectsOf(all);
        const sum = (of: 'objects' | 'bytes', reasons: readonly (keyof typeof totals)[]) =>
          reasons.reduce((total, reason) => total + totals[reason][of], 0);
        const every = Object.keys(totals) as (keyof typeof totals)[];
        expect(sum('objects', every)).toBe(stored.length);
        expect(sum('bytes', every)).toBe(stored.reduce((total, { bytes }) => total + bytes, 0));
        expect(sum('objects', ['unreferenced-run', 'dead-manifest'])).toBe(deletions.length);
        expect(totals.unknown.objects).toBe(unknown.length);
      }),
    );
  });

  it('removes the records of its own table’s dead snapshots after the grace', () => {
    fc.assert(
      fc.property(backups, (all) => {
        const dead = all.filter(
          ({ snapshot, tableId: its }) =>
            its === tableId && typeof snapshot === 'number' && snapshot <= deadline,
        );
        expect(planFor(all).forget).toEqual(dead.map(({ id }) => id));
      }),
    );
  });

  it.each([
    `tables/${tableId}/notes.txt`,
    `tables/${tableId}/runs/new.zst`,
    `tables/${tableId}/runs/${createBackupId(0, '0123abcd')}-x/y.zst`,
    `tables/${tableId}/snapshots/${createBackupId(0, '0123abcd')}/other.zst`,
  ])('keeps %s as unknown, because Tidemark did not store it', (key) => {
    const ended: Backup = {
      id: createBackupId(0, '0123abcd'),
      status: 'DELETED',
      snapshot: undefined,
      tableId,
      runs: [],
      stored: [key],
    };
    expect(planFor([ended])).toMatchObject({ delete: [], unknown: [key] });
  });
});

describe('the sweep’s plan for staged objects', () => {
  const job = createBackupJob('orders', createBackupId(7, '0123abcd'), '00000000000007-0123abcd-2');
  const restoreJob = createRestoreJob('copy', createRestoreId(8, '0123abcd'));
  const access = { store: createMemoryStore(), secret: testSecret };
  const ofBackup = openBackupStaging(access, job).key('scan/0/0.json');
  const ofRestore = openRestoreStaging(access, restoreJob).key('plan.json');

  it('finds the job of an object by its key', () => {
    expect([ofBackup, ofRestore, 'staging/notes.txt', `staging/${job.id}x/y`].map(stagedJobOf)).toEqual([
      job.id,
      `restore-${restoreJob.id}`,
      '',
      '',
    ]);
  });

  it('deletes only the objects of ended jobs', () => {
    const objects = [ofBackup, ofRestore].map((key) => ({ key, bytes: 3 }));
    const planned = planStaging(objects, (of) => (of === job.id ? 'ended' : 'working'));
    expect(planned.delete).toEqual([{ key: ofBackup, bytes: 3, why: 'ended-staging' }]);
    expect(planned.totals).toMatchObject({
      'ended-staging': { objects: 1, bytes: 3 },
      working: { objects: 1, bytes: 3 },
    });
  });
});
