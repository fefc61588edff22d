import { type ExportSummary, ListExportsCommand } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import type { BackupRecord, Source } from '../../lambda/model/records.ts';
import type { Config } from '../../lambda/services/config.ts';
import { describeTable } from '../../lambda/tables/table.ts';
import { type Embedded, useTidemark } from './use-tidemark.ts';
import { changeItems, restore } from './fixture.ts';
import type { HarnessOptions } from './harness.ts';
import { type SimulatedRecovery, createSimulatedRecovery } from './recovery.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import { readTableContent } from './tables.ts';

export const byExports = { base: 'export' } as const;

/** A Tidemark that backs up its table by exports once `start` was called. */
export interface Exporting extends Omit<Embedded, 'replaceHarness'> {
  /** The table's point-in-time recovery. */
  readonly exports: SimulatedRecovery;
  readonly start: (config?: Partial<Config>, options?: HarnessOptions) => Promise<void>;
  readonly backUp: (source?: Source) => Promise<BackupRecord>;
  /** Advances the clock until earlier writes are restorable, and a window since an export at this time is long enough. */
  readonly passSeconds: () => void;
  /** Advances the clock until the next whole second begins. */
  readonly beginSecond: () => void;
  /** The table's exports so far. */
  readonly listExports: () => Promise<readonly ExportSummary[]>;
  readonly change: () => Promise<void>;
  /** Reads the content of the table as it is now. */
  readonly readContent: () => Promise<Map<string, string>>;
  /** Expects that the backup is AVAILABLE and restores this content. */
  readonly expectContent: (backup: BackupRecord, content: ReadonlyMap<string, string>) => Promise<void>;
}

/** Registers the hooks of `embedded` in the calling file. */
export function useExports(): Exporting {
  const world = useTidemark();
  let exports: SimulatedRecovery;
  return {
    get database() {
      return world.database;
    },
    get harness() {
      return world.harness;
    },
    get table() {
      return world.table;
    },
    get exports() {
      return exports;
    },
    replaceTable: (items) => world.replaceTable(items),
    start(config = byExports, options = {}) {
      exports = createSimulatedRecovery(world.database.clock);
      return world.replaceHarness({ config, exports, ...options });
    },
    async backUp(source) {
      const { harness, table } = world;
      const { id } = await harness.operations.createBackup({
        table,
        name: 'backup',
        ...(source && { source }),
      });
      await harness.executions.idle();
      return harness.operations.describeBackup({ table, id });
    },
    passSeconds: () => world.database.clock.advance(2000),
    beginSecond: () => beginSecond(world.database.clock),
    async listExports() {
      const { identity } = await describeTable(world.database.dynamodb, world.table);
      const listed = new ListExportsCommand({ TableArn: identity.arn });
      const answer = await world.harness.services.dynamodb.send(listed);
      return answer.ExportSummaries ?? [];
    },
    change: () => changeItems(world.database, world.table),
    readContent: () => readTableContent(world.database.dynamodb, world.table),
    async expectContent(backup, content) {
      expect([backup.status, backup.reason]).toEqual(['AVAILABLE', undefined]);
      expect(await restore(world.database, world.harness, backup)).toEqual(content);
    },
  };
}

/** Moves the clock to the next whole second. */
export function beginSecond(clock: SimulatedClock): void {
  clock.advanceTo(Math.floor(clock.now() / 1000) * 1000 + 1000);
}
