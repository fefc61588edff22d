import { expect, it, onTestFinished } from 'vitest';
import { useDatabase } from '../../support/database.ts';
import { backUp, changeItems, createFilledTable } from '../../support/fixture.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';
import { createSimulatedRecovery } from '../../support/recovery.ts';

const database = useDatabase();

/** Starts a Tidemark, and records the names of the objects that its collect step reads. */
async function startWatched(options: HarnessOptions = {}): Promise<{ harness: Harness; read: string[] }> {
  const read: string[] = [];
  let handler = '';
  const harness = await startHarness(database, {
    ...options,
    around: (name, _input, run) => {
      handler = name;
      return run();
    },
    store: (store) => ({
      ...store,
      get(key) {
        if (handler === 'collect') read.push(key.slice(key.lastIndexOf('/') + 1));
        return store.get(key);
      },
    }),
  });
  onTestFinished(() => harness.close());
  return { harness, read };
}

it('collect reads the parent’s manifest once for changes from a stream', async () => {
  const { harness, read } = await startWatched();
  const table = await createFilledTable(database);
  await backUp(harness, table);
  read.length = 0;
  await changeItems(database, table);
  expect(await backUp(harness, table)).toMatchObject({ status: 'AVAILABLE', source: 'stream' });
  expect(read.filter((name) => name === 'manifest.json.zst')).toHaveLength(1);
});

it('collect reads the manifests of exports once, when all exports have ended', async () => {
  const { harness, read } = await startWatched({
    exports: createSimulatedRecovery(database.clock),
    config: { base: 'export', exportWindow: { minMs: 1000, maxMs: 2000 } },
  });
  const table = await createFilledTable(database);
  const base = await backUp(harness, table);
  database.clock.advance(4000);
  read.length = 0;
  // For a while longer, DescribeExport reports the last export as running.
  const described: string[] = [];
  harness.services.dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        const answer = await next(call);
        if (commandName !== 'DescribeExportCommand') return answer;
        const { ExportArn } = call.input as { ExportArn: string };
        described.push(ExportArn);
        const isLast = ExportArn === [...new Set(described)].at(-1) && new Set(described).size > 1;
        if (!isLast || described.length > 12) return answer;
        const { ExportDescription } = answer.output as { ExportDescription?: object };
        Object.assign(answer.output, {
          ExportDescription: { ...ExportDescription, ExportStatus: 'IN_PROGRESS' },
        });
        return answer;
      },
    { step: 'initialize', priority: 'high' },
  );
  const { id } = await harness.operations.createBackup({ table, name: 'backup', source: 'export' });
  await harness.executions.idle();
  expect(await harness.operations.describeBackup({ table, id })).toMatchObject({
    status: 'AVAILABLE',
    parent: base.id,
  });
  const count = new Set(described).size;
  expect(count).toBeGreaterThan(1);
  expect(described.length).toBeGreaterThan(12);
  expect(read.filter((name) => name === 'manifest-summary.json')).toHaveLength(count);
});
