import { expect, it } from 'vitest';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { backUp } from '../../support/retention/support.ts';
import { useDatabase } from '../../support/database.ts';
import { putItem } from '../../support/tables.ts';
import { startImportHarness, newTargetName, restoreAndWait } from '../../support/restore/imports.ts';
import { createRichTable, globalIndex } from '../../support/restore/rich-table.ts';

const database = useDatabase();

/** A manifest may be large, and the machine repeatedly calls a step that waits. */
it.each([
  ['import', ['restore-plan', 'restore-materialize', 'restore-finish'], ['restore-import']],
  ['writes', ['restore-plan', 'restore-write', 'restore-finish'], []],
] as const)(
  'a restore by %s reads the manifest once in each step that needs it, and in no other',
  async (way, reading, waiting) => {
    let handler = '';
    const calls: Record<string, number> = {};
    const reads: Record<string, number> = {};
    const harness = await startImportHarness(
      database,
      {
        config: { restoreBy: way },
        around: (name, _input, run) => {
          handler = name;
          calls[name] = (calls[name] ?? 0) + 1;
          return run();
        },
        store: (store) => ({
          ...store,
          get(key) {
            const isRead = handler.startsWith('restore-') && key.endsWith('/manifest.json.zst');
            if (isRead) reads[handler] = (reads[handler] ?? 0) + 1;
            return store.get(key);
          },
        }),
      },
      100,
    );
    const table = `rich-${randomIds.hex(8)}`;
    await createRichTable(database, table);
    await putItem(database.dynamodb, table, { pk: { S: 'a' }, sk: { N: '1' }, global: { S: 'g' } });
    const { backup } = await backUp(database, harness, table);
    const { status } = await restoreAndWait(harness, backup, newTargetName(), {
      localSecondaryIndexes: [],
      globalSecondaryIndexes: [globalIndex],
      keep: ['stream', 'deletionProtection'],
    });
    expect([status, reads]).toEqual(['RESTORED', Object.fromEntries(reading.map((step) => [step, 1]))]);
    for (const step of [...waiting, 'restore-indexes', 'restore-finish'])
      expect(calls[step]).toBeGreaterThan(1);
  },
);
