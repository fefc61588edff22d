import { parentPort, workerData } from 'node:worker_threads';
import { apply } from '../../../lambda/backup/apply.ts';
import { partition } from '../../../lambda/backup/partition.ts';
import { runToEnd } from '../steps.ts';
import { openWorld } from '../world.ts';
import type { DataKey } from '../data-key.ts';
import type { BackupJob } from '../../../lambda/jobs/job.ts';

/** A worker thread's share of a step. */
export interface Assignment {
  readonly step: 'partition' | 'apply';
  readonly job: BackupJob;
  readonly tasks: readonly number[];
}

const steps = { partition, apply };
const { data, folder } = workerData as { data: DataKey; folder: string };
const { services } = await openWorld(data, folder);

parentPort?.on('message', ({ step, job, tasks }: Assignment) => {
  void work(step, job, tasks);
});

async function work(step: Assignment['step'], job: BackupJob, tasks: readonly number[]): Promise<void> {
  for (const task of tasks) await runToEnd(steps[step], services, { job, task, part: 0 });
  parentPort?.postMessage('done', []);
}
