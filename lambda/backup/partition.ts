import { createKeyHash } from '../item/key-hash.ts';
import type { Services } from '../services/services.ts';
import { keyNamesOf } from '../snapshot/format/manifest.ts';
import { type BackupPlan, names, type PartitionPlan, type PartitionResult } from './backup-plan.ts';
import { Budget } from '../jobs/budget.ts';
import { readStagedFile } from './read-staged-file.ts';
import { SpillWriter } from './spills.ts';
import { type TaskInput, type TaskResult, toTaskResult } from '../jobs/task.ts';
import { openBackupStaging, namePart } from '../jobs/staging.ts';
import type { BackupJob } from '../jobs/job.ts';

/** Turns staged files into spills: changes in canonical form, sorted by key hash, with one net change for a key in each. */
export async function partition(
  services: Services,
  input: TaskInput<BackupJob>,
): Promise<TaskResult<BackupJob>> {
  const staging = openBackupStaging(services, input.job);
  const [plan, { tasks }] = await Promise.all([
    staging.read<BackupPlan>(names.plan),
    staging.read<PartitionPlan>(names.partitionPlan),
  ]);
  const task = names.partition(input.task);
  const { done } = await staging.publishOnce<PartitionResult>(namePart(task, input.part), async () => {
    const files = tasks[input.task] ?? [];
    const before =
      input.part === 0 ? 0 : (await staging.read<PartitionResult>(namePart(task, input.part - 1))).filesDone;
    const attempt = services.ids.hex(8);
    const budget = new Budget(services.clock, services.config.timeBudgetMs);
    const { limits } = services.config;
    const spills = new SpillWriter(services.store, limits, (n) =>
      staging.key(`${task}/${input.part}-${attempt}-${n}.spill`),
    );
    const keys = { names: keyNamesOf(plan.description), hash: createKeyHash(plan.hashKey) };
    let filesDone = before;
    let bytes = 0;
    for (const file of files.slice(before)) {
      await readStagedFile(services.store, file, keys, spills);
      filesDone++;
      bytes += file.rawBytes;
      if (budget.isSpent() || bytes >= limits.partBytes) break;
    }
    const maxSpills = Math.max(1, Math.floor(limits.maxSpills / tasks.length));
    return { done: filesDone === files.length, spills: await spills.close(maxSpills), filesDone };
  });
  return toTaskResult(input, done);
}
