import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { createTable, findFunction, invoke, readRestored, sfn, waitFor, wire } from './deployment.ts';
import { findExecution, isAtWork, listExecutions, readHistory } from './executions.ts';
import { killWorkers } from './workers.ts';

const items = 60;

/** The reconciler leaves an execution that has just ended alone for two minutes. */
const graceMs = 120_000;

// Both mostly wait.
test.concurrent('a backup whose function is killed in the middle of its work repeats the step, and holds the whole table', async () => {
  const table = await createTable();
  await wire.fill(table, items);
  await wire.backUp(table);
  await wire.fill(table, items, 'second', items / 2);
  const content = await wire.readContent(table);
  const worker = await findFunction('collect');

  const arn = await wire.createBackup(table);
  const execution = await findExecution(arn);
  // The function waits for the stream to settle.
  await waitFor(() => isAtWork(execution, 'Collect'), 20);
  expect(await killWorkers(worker)).toBeGreaterThan(0);
  await wire.waitUntilAvailable(arn);

  expect((await readHistory(execution)).map(({ type }) => type)).toContain('TaskFailed');
  expect(await listExecutions(arn)).toHaveLength(1);
  expect(await readRestored(arn)).toEqual(content);
});

test(
  'a backup whose execution is stopped is restarted by the reconciler',
  { timeout: 2 * graceMs },
  async () => {
    const table = await createTable();
    await wire.fill(table, items);
    const content = await wire.readContent(table);
    const arn = await wire.createBackup(table);
    const execution = await findExecution(arn);
    await waitFor(() => isAtWork(execution, 'Collect'), 20);
    await sfn.send(new StopExecutionCommand({ executionArn: execution }));

    const isRestarted = async () => (await listExecutions(arn)).length === 2;
    const deadline = Date.now() + graceMs + 60_000;
    while (!(await isRestarted())) {
      expect(Date.now()).toBeLessThan(deadline);
      await invoke('reconcile');
      await new Promise((resolve) => setTimeout(resolve, 5000));
    }
    await wire.waitUntilAvailable(arn);
    expect(await readRestored(arn)).toEqual(content);
  },
);
