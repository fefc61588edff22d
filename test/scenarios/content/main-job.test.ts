import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import type { Limits } from '../../../lambda/snapshot/format/limits.ts';
import { useDatabase } from '../../support/database.ts';
import { beginSecond } from '../../support/use-exports.ts';
import { type Harness, startHarness } from '../../support/harness.ts';
import { createSimulatedRecovery } from '../../support/recovery.ts';
import {
  attributes,
  readTableContent,
  createTable,
  nthKey,
  type SdkItem,
  type Shape,
  shapes,
} from '../../support/tables.ts';
import { Writer } from '../../support/writer.ts';
import { scaleRuns } from '../../support/scale.ts';

/** Limits so small that a few dozen items cross every boundary: frames, spills, staged files, partitions, ranges. */
const smallLimits: Limits = {
  frameBytes: 700,
  spillFrameBytes: 500,
  partitionBytes: 3000,
  maxPartitions: 16,
  maxRanges: 8,
  taskBytes: 3000,
  partBytes: 4000,
  maxSpills: 4,
  maxSortBytes: 2000,
  stagedFileBytes: 1500,
  maxReadBytes: 1000,
  maxAheadBytes: 4000,
  batchEntries: 3,
  maxRuns: 3,
  foldShare: 0.5,
};

type Action =
  | { readonly do: 'write'; readonly writer: 0 | 1; readonly n: number; readonly item: SdkItem | undefined }
  | { readonly do: 'backup'; readonly source?: 'export' }
  | { readonly do: 'delete'; readonly which: number }
  | { readonly do: 'settle' }
  /** Waits until the next whole second begins, because the times of exports are whole seconds. */
  | { readonly do: 'second' };

const write = fc.record({
  do: fc.constant('write' as const),
  writer: fc.constantFrom<0 | 1>(0, 1),
  n: fc.integer({ min: 0, max: 14 }),
  item: fc.option(attributes, { nil: undefined, freq: 4 }),
});

const actions: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: write },
    { weight: 3, arbitrary: fc.constant({ do: 'backup' } as const) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), which: fc.nat(10) }) },
    { weight: 1, arbitrary: fc.constant({ do: 'settle' } as const) },
  ),
  { minLength: 40, maxLength: 120, size: 'max' },
);

const exportActions: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: write },
    // The choice of the backup's source: the stream if there is a snapshot to continue, else an export.
    { weight: 1, arbitrary: fc.constant({ do: 'backup' } as const) },
    { weight: 1, arbitrary: fc.constant({ do: 'backup', source: 'export' } as const) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), which: fc.nat(10) }) },
    { weight: 1, arbitrary: fc.constant({ do: 'settle' } as const) },
    { weight: 2, arbitrary: fc.constant({ do: 'second' } as const) },
  ),
  { minLength: 30, maxLength: 60, size: 'max' },
);

/** After any script come an export, an export of the changes since, and the stream after that. */
const eachSource: Action[] = [
  { do: 'settle' },
  { do: 'backup', source: 'export' },
  { do: 'settle' },
  { do: 'second' },
  { do: 'second' },
  { do: 'write', writer: 0, n: 1, item: undefined },
  { do: 'write', writer: 0, n: 2, item: { changed: { BOOL: true } } },
  { do: 'backup', source: 'export' },
  { do: 'settle' },
];

const database = useDatabase();

describe('every AVAILABLE backup', () => {
  it('restores to exactly the content at its cut, with writes during backups, several pending backups and deletions', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        actions,
        fc.array(write, { minLength: 20, maxLength: 60 }),
        fc.constantFrom(0, 60_000),
        async (shape, script, during, timeBudgetMs) => {
          const harness = await startHarness(database, { config: { limits: smallLimits, timeBudgetMs } });
          try {
            await runScript(harness, shape, { script, during });
          } finally {
            await harness.close();
          }
        },
      ),
      { numRuns: scaleRuns(2), endOnFailure: true },
    );
  });

  it('restores to exactly the content at its cut if exports and streams alternate', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        exportActions,
        fc.array(write, { minLength: 20, maxLength: 60 }),
        async (shape, script, during) => {
          const config = { limits: smallLimits, base: 'export' } as const;
          const harness = await startHarness(database, {
            config,
            exports: createSimulatedRecovery(database.clock),
          });
          try {
            const made = await runScript(harness, shape, { script: [...script, ...eachSource], during });
            const [whole, since, streamed] = made.slice(-3);
            expect(whole).toMatchObject({ source: 'export' });
            // If the parent's claims were wrong, this would be a new base instead.
            expect(since).toMatchObject({ source: 'export', parent: expect.any(String) as string });
            expect(streamed).toMatchObject({ source: 'stream', parent: since?.id });
          } finally {
            await harness.close();
          }
        },
      ),
      { numRuns: scaleRuns(1), endOnFailure: true },
    );
  });
});

interface Script {
  readonly script: readonly Action[];
  /** Writes these items while the last backups are made. */
  readonly during: readonly (Action & { do: 'write' })[];
}

/** Runs the script, checks every backup by a restore, and returns the backups, oldest first. */
async function runScript(
  harness: Harness,
  shape: Shape,
  { script, during }: Script,
): Promise<readonly BackupRecord[]> {
  const table = `table-${randomIds.hex(12)}`;
  await createTable(database.dynamodb, table, shape);
  const writers = [new Writer(database, table), new Writer(database, table)] as const;
  const apply = ({ writer, n, item }: Action & { do: 'write' }) =>
    writers[writer].write({ key: nthKey(shape, 2 * n + writer), item });
  const backups: BackupRecord[] = [];
  for (const action of script) {
    if (action.do === 'write') await apply(action);
    else if (action.do === 'settle') await harness.executions.idle();
    else if (action.do === 'second') beginSecond(database.clock);
    else if (action.do === 'backup')
      backups.push(
        await harness.operations.createBackup({
          table,
          name: 'random',
          ...(action.source && { source: action.source }),
        }),
      );
    else await deleteOne(harness, backups, action.which);
  }
  backups.push(await harness.operations.createBackup({ table, name: 'last' }));
  for (const action of during) await apply(action);
  await harness.executions.idle();

  const { backups: listed } = await harness.operations.listBackups({
    table,
    limit: 100,
    includeFailed: true,
  });
  expect(listed.map((backup) => [backup.id, backup.status, backup.reason])).toEqual(
    backups.map((backup) => [backup.id, 'AVAILABLE', undefined]),
  );
  for (const backup of listed) {
    const content = await readRestored(harness, backup);
    expect([...content.keys()].filter((key) => !writers.some((writer) => writer.owns(key)))).toEqual([]);
    expect(writers.map((writer) => writer.explains(content, backup.marker))).toEqual([true, true]);
  }
  return listed;
}

async function deleteOne(harness: Harness, backups: BackupRecord[], which: number): Promise<void> {
  if (backups.length === 0) return;
  await harness.executions.idle();
  const [gone] = backups.splice(which % backups.length, 1);
  if (gone !== undefined) await harness.operations.deleteBackup({ table: gone.table.name, id: gone.id });
}

/** Restores the backup and reads the target. */
async function readRestored(harness: Harness, backup: BackupRecord): Promise<Map<string, string>> {
  const target = `restored-${randomIds.hex(12)}`;
  await harness.operations.restoreTable({ backup: { table: backup.table.name, id: backup.id }, target });
  await harness.executions.idle();
  const restore = await harness.services.catalog.restores.get(target);
  expect([restore?.status, restore?.reason, restore?.targetFate]).toEqual([
    'RESTORED',
    undefined,
    { kind: 'complete' },
  ]);
  return readTableContent(database.dynamodb, target);
}
