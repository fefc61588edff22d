import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { arrange } from '../../../lambda/backup/arrange.ts';
import { stagedSet } from '../data.ts';
import { type Cost, costOf, medianCost, repeated, type Repetitions } from '../measure.ts';
import { begun } from '../steps.ts';
import { clear, type World } from '../world.ts';
import { fullBackup } from './ingest.ts';
import type { Assignment } from './worker.ts';

/** The ingest with each step's tasks dealt out to so many worker threads. */
export async function threads(
  world: World,
  count: number,
  repetitions: Repetitions,
): Promise<{ total: Cost }> {
  const { services, data, folder } = world;
  const files = await stagedSet(data, 'full');
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('worker.ts', import.meta.url), { workerData: { data, folder } }),
  );
  const onAll = async (assignment: Omit<Assignment, 'tasks'>, tasks: readonly number[]): Promise<void> => {
    const answers = workers.map(async (worker, i) => {
      worker.postMessage({ ...assignment, tasks: tasks.filter((task) => task % count === i) }, []);
      await once(worker, 'message');
    });
    await Promise.all(answers);
  };
  const costs = await repeated(repetitions, async () => {
    const work = await begun(services.store, fullBackup(files));
    const { job } = work;
    const cost = await costOf(async () => {
      await onAll({ step: 'partition', job }, work.tasks);
      const { tasks } = await arrange(services, { job });
      await onAll({ step: 'apply', job }, tasks);
    });
    await clear(world, work);
    return cost;
  });
  await Promise.all(workers.map((worker) => worker.terminate()));
  return { total: medianCost(costs) };
}
