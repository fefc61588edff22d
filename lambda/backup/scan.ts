import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { fromSdk, toSdk } from '../item/from-sdk.ts';
import type { Item } from '../item/attribute-value.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { scanSegment } from '../sources/scan.ts';
import { StagedFiles } from '../sources/staged-files.ts';
import { findTable } from '../tables/table.ts';
import { type BackupPlan, names, type ScanResult } from './backup-plan.ts';
import { Budget } from '../jobs/budget.ts';
import { backupStaging, partName, type Staging } from '../jobs/staging.ts';
import { type TaskInput, type TaskResult, taskResult } from '../jobs/task.ts';
import type { BackupJob } from '../jobs/job.ts';

/** Stages one segment of the table, as far as the time goes. */
export async function scan(services: Services, input: TaskInput<BackupJob>): Promise<TaskResult<BackupJob>> {
  const staging = backupStaging(services.store, input.job);
  const plan = await staging.read<BackupPlan>(names.plan);
  const task = names.scan(input.task);
  const { done } = await staging.publishOnce<ScanResult>(partName(task, input.part), async () => {
    const start = await startOf(staging, task, input.part);
    const attempt = services.ids.hex(8);
    const files = new StagedFiles(services.store, services.config.limits.stagedFileBytes, (n) =>
      staging.key(`${task}/${input.part}-${attempt}-${n}.json.gz`),
    );
    const budget = new Budget(services.clock, services.config.timeBudgetMs);
    let next: Record<string, AttributeValue> | undefined;
    for await (const page of scanSegment(
      services.dynamodb,
      plan.table.name,
      { number: input.task, of: plan.segments },
      start,
    )) {
      for (const item of page.items) await files.addItem(item);
      next = page.next;
      if (budget.isSpent()) break;
    }
    await checkSameTable(services, plan);
    return {
      done: next === undefined,
      files: await files.close(),
      next: next && fromSdk(next),
      endedAt: services.clock.now(),
    };
  });
  return taskResult(input, done);
}

async function startOf(
  staging: Staging,
  task: string,
  part: number,
): Promise<Record<string, AttributeValue> | undefined> {
  if (part === 0) return undefined;
  const before = await staging.read<ScanResult>(partName(task, part - 1));
  return before.next && toSdk(before.next as Item);
}

/** A table that was made again under the same name in the meantime must not be mixed in. */
async function checkSameTable(services: Services, plan: BackupPlan): Promise<void> {
  const table = await findTable(services.dynamodb, plan.table.name);
  if (table?.TableId !== plan.table.tableId) {
    throw new TidemarkError(
      'TableNotFound',
      `Table not found: ${plan.table.name} (it was deleted during the scan)`,
    );
  }
}
