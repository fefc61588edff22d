import type { TableReference } from '../model/backup-arn.ts';
import { planTableFolders } from '../retention/plan-folders.ts';
import { listStaged, planRestoreStaging, planUnknownStaging } from '../retention/plan-staging.ts';
import type { FolderPlan } from '../retention/sweep-plan.ts';
import type { SweepServices } from '../retention/sweep-services.ts';
import type { Services } from '../services/services.ts';
import { checkTableArn } from '../tables/table.ts';

/**
 * Plans what a sweep would delete now, folder by folder, without deleting or changing anything. With `table`, plans
 * only for the folders of this table's backups. A snapshot that was released and that nothing holds is shown as live,
 * although a sweep would first mark it as dead. Throws `AccessDenied` for the ARN of another table; a deleted table can
 * be named only by its name, not by its ARN.
 */
export async function planSweep(
  services: SweepServices & Pick<Services, 'dynamodb'>,
  { table, tableArn }: Partial<TableReference> = {},
): Promise<FolderPlan[]> {
  if (table !== undefined) {
    await checkTableArn(services.dynamodb, table, tableArn);
    return planTableFolders(services, table, await listStaged(services), { killReleased: false });
  }
  const staged = await listStaged(services);
  const plans: FolderPlan[] = [];
  for (const { name } of await services.catalog.turns.listTables())
    plans.push(...(await planTableFolders(services, name, staged, { killReleased: false })));
  return [...plans, await planRestoreStaging(services, staged), planUnknownStaging(services, staged)];
}
