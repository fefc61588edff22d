import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { arrange } from '../../../lambda/backup/arrange.ts';
import { stageData } from '../data.ts';
import { type Cost, measureCost, medianCost, repeat, type Repetitions } from '../measure.ts';
import { beginBackup } from '../steps.ts';
import { clearWorld, type World } from '../world.ts';
import { createFullBackup } from './ingest.ts';
import type { Assignment } from './worker.ts';

/** Measures the ingest with the tasks of each step spread over `count` worker threads. */
export async function measureThreads(
  world: World,
  count: number,
  repetitions: Repetitions,
): Promise<{ total: Cost }> {
  const { services, data, folder } = world;
  const files = await stageData(data, 'full');
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('worker.ts', import.meta.url), { workerData: { data, folder } }),
  );
  const runOnAll = async (assignment: Omit<Assignment, 'tasks'>, tasks: readonly number[]): Promise<void> => {
    const answers = workers.map(async (worker, i) => {
      worker.postMessage({ ...assignment, tasks: tasks.filter((task) => task % count === i) }, []);
      await once(worker, 'message');
    });
    await Promise.all(answers);
  };
  const costs = await repeat(repetitions, async () => {
    const work = await beginBackup(services.store, createFullBackup(files));
    const { job } = work;
    const cost = await measureCost(async () => {
      await runOnAll({ step: 'partition', job }, work.tasks);
      const { tasks } = await arrange(services, { job });
      await runOnAll({ step: 'apply', job }, tasks);
    });
    await clearWorld(world, work);
    return cost;
  });
  await Promise.all(workers.map((worker) => worker.terminate()));
  return { total: medianCost(costs) };
}
