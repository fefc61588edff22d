import { expect, it, onTestFinished, vi } from 'vitest';
import { waitFor } from '../../local/wait-for.ts';
import { useTidemark } from '../support/use-tidemark.ts';

const world = useTidemark();

it('waitFor resolves with the work, rejects with its error, and rejects after the time', async () => {
  await expect(waitFor('the work', Promise.resolve(1), 1000)).resolves.toBeUndefined();
  await expect(waitFor('the work', Promise.reject(new Error('failed')), 1000)).rejects.toThrow('failed');
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const waiting = waitFor('the work', new Promise(() => {}), 90_000).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(90_000);
  expect(await waiting).toMatchObject({ message: 'the work took longer than 90 seconds' });
});

it('idle throws with the names of the executions that do not end in time', async () => {
  const { harness, table } = world;
  let release: (() => void) | undefined;
  const stuck = new Promise<void>((resolve) => {
    release = resolve;
  });
  const waiting = harness.restart({
    around: async (_handler, _input, run) => {
      await stuck;
      return run();
    },
  });
  const { id } = await waiting.operations.createBackup({ table, name: 'backup' });
  await expect(waiting.executions.idle(10)).rejects.toThrow(`the end of backup/${id} took longer than`);
  release?.();
  await waiting.executions.idle();
});
