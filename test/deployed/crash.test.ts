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

  const { arn, execution } = await backUpKilling(table, worker);
  expect((await readHistory(execution)).map(({ type }) => type)).toContain('TaskFailed');
  expect(await listExecutions(arn)).toHaveLength(1);
  expect(await readRestored(arn)).toEqual(content);
});

/** A kill may come a moment after the function has answered, on a busy machine. Then the next backup is tried. */
const maxTries = 5;

/** Backs up the table, and kills the workers of the function that collects changes while it works. */
async function backUpKilling(
  table: string,
  worker: string,
  tries = 1,
): Promise<{ readonly arn: string; readonly execution: string }> {
  const arn = await wire.createBackup(table);
  const execution = await findExecution(arn);
  // The function works for a second at least: it waits for the stream to settle.
  await waitFor(async () => (await isAtWork(execution, 'Collect')) && (await killWorkers(worker)) > 0, 20);
  await wire.waitUntilAvailable(arn);
  const wasHit = (await readHistory(execution)).some(({ type }) => type === 'TaskFailed');
  return wasHit || tries === maxTries ? { arn, execution } : backUpKilling(table, worker, tries + 1);
}

test.concurrent(
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
