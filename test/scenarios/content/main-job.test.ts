import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BackupKey } from '../../../lambda/model/backup-arn.ts';
import type { Limits } from '../../../lambda/snapshot/format/limits.ts';
import { useDatabase } from '../../support/database.ts';
import { type Harness, startHarness } from '../../support/harness.ts';
import {
  runScript,
  type Script,
  scripts,
  type TidemarkUnderTest,
  uniqueTable,
} from '../../support/main-job.ts';
import { createSimulatedRecovery } from '../../support/recovery.ts';
import { scaleRuns } from '../../support/scale.ts';
import { readTableContent, shapes } from '../../support/tables.ts';
import { beginSecond } from '../../support/use-exports.ts';

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

/** After any script come an export, an export of the changes since, and the stream after that. */
const eachSource: Script['actions'] = [
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

const during = { minLength: 20, maxLength: 60 };

describe('every AVAILABLE backup', () => {
  it('restores to exactly the content at its cut, with writes during backups, several pending backups and deletions', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        scripts({ actions: { minLength: 40, maxLength: 120 }, during }, { backup: 3 }),
        fc.constantFrom(0, 60_000),
        async (shape, script, timeBudgetMs) => {
          const harness = await startHarness(database, { config: { limits: smallLimits, timeBudgetMs } });
          try {
            await runScript(underTest(harness), shape, script);
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
        // A backup that names no source chooses it: the stream if there is a snapshot to continue, else an export.
        scripts(
          { actions: { minLength: 30, maxLength: 60 }, during },
          { backup: 1, more: ['export', 'second'] },
        ),
        async (shape, script) => {
          const config = { limits: smallLimits, base: 'export' } as const;
          const harness = await startHarness(database, {
            config,
            exports: createSimulatedRecovery(database.clock),
          });
          try {
            const actions = [...script.actions, ...eachSource];
            const made = await runScript(underTest(harness), shape, { ...script, actions });
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

/** The Tidemark of a harness. */
function underTest(harness: Harness): TidemarkUnderTest {
  const { operations, executions } = harness;
  return {
    ...database,
    nameTable: () => uniqueTable('table-'),
    async requestBackup(table, source) {
      const { id } = await operations.createBackup({ table, name: 'random', ...(source && { source }) });
      return id;
    },
    async deleteBackup(table, id) {
      await operations.deleteBackup({ table, id });
    },
    settle: () => executions.idle(),
    beginSecond: () => beginSecond(database.clock),
    async listBackups(table) {
      const { backups } = await operations.listBackups({ table, limit: 100, includeFailed: true });
      return backups;
    },
    restore: (table, id) => readRestored(harness, { table, id }),
  };
}

/** Restores the backup and reads the target. */
async function readRestored(harness: Harness, backup: BackupKey): Promise<Map<string, string>> {
  const target = uniqueTable('restored-');
  await harness.operations.restoreTable({ backup, target });
  await harness.executions.idle();
  const restore = await harness.services.catalog.restores.get(target);
  expect([restore?.status, restore?.reason, restore?.targetFate]).toEqual([
    'RESTORED',
    undefined,
    { kind: 'complete' },
  ]);
  return readTableContent(database.dynamodb, target);
}
