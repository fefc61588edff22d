import type { TableReference } from '../model/backup-arn.ts';
import { Budget } from '../jobs/budget.ts';
import { planTableFolders } from '../retention/plan-folders.ts';
import {
  listStaged,
  planDeletedStaging,
  planRestoreStaging,
  planUnknownStaging,
} from '../retention/plan-staging.ts';
import { sinkShare } from '../retention/sweep.ts';
import type { FolderPlan } from '../retention/sweep-plan.ts';
import type { SweepServices } from '../retention/sweep-services.ts';
import type { Services } from '../services/services.ts';
import { checkTableArn } from '../tables/table.ts';
import { createPageToken, readPlace } from './page-token.ts';

export interface PlanSweepInput extends Partial<TableReference> {
  /** The token of the previous page. */
  readonly next?: string;
}

/** The plans for some of the tables. The last page also plans for staged objects of restores and of deleted backups. */
export interface SweepPlanPage {
  readonly folders: readonly FolderPlan[];
  /** Absent on the last page. */
  readonly next?: string;
}

/** The form of a place in the order of the tables: a table's name. */
const tablePlace = /^[a-zA-Z0-9_.-]{3,255}$/;

/** What the tokens of this operation are bound to. */
const facts = ['sweep'];

/**
 * Plans what a sweep would delete now, folder by folder, without deleting or changing anything. With `table`, plans only
 * for the folders of this table's backups; else a page has as many tables as there is time for. A table that takes longer
 * than a page may take is reported as a trouble. A snapshot that was released and that nothing holds is shown as live,
 * although a sweep would first mark it as dead. Throws `AccessDenied` for the ARN of another table (a deleted table can be
 * named only by its name, not by its ARN), `Validation` for a token that no page has returned.
 */
export async function planSweep(
  services: SweepServices & Pick<Services, 'dynamodb' | 'secret'>,
  { table, tableArn, next }: PlanSweepInput = {},
): Promise<SweepPlanPage> {
  const { catalog, clock, config, dynamodb } = services;
  const { readBudgetMs } = config;
  const budget = new Budget(clock, readBudgetMs);
  const options = { killReleased: false, budget, sinkMs: readBudgetMs * sinkShare };
  const staged = await listStaged(services);
  if (table !== undefined) {
    await checkTableArn(dynamodb, table, tableArn);
    const plans = await planTable(services, table, staged, options);
    if (plans === undefined) return { folders: [describeSlowFolder(table)] };
    return { folders: [...plans, await planDeletedStaging(services, staged, table)] };
  }
  const first = next === undefined ? '' : await readPlace(services.secret, next, facts, tablePlace);
  // A table is listed once for each of its data sinks.
  const listed = new Set((await catalog.turns.listTables()).map(({ name }) => name));
  const names = [...listed].filter((name) => name >= first).toSorted((a, b) => (a < b ? -1 : 1));
  const folders: FolderPlan[] = [];
  for (const [i, name] of names.entries()) {
    const plans = await planTable(services, name, staged, options);
    // A table for which only the rest of a page was too short begins the next page.
    if (plans === undefined && i > 0)
      return { folders, next: await createPageToken(services.secret, name, facts) };
    folders.push(...(plans ?? [describeSlowFolder(name)]));
  }
  folders.push(await planRestoreStaging(services, staged), await planDeletedStaging(services, staged));
  // A later page does not know the staged objects that belong to the tables of earlier pages.
  return { folders: next === undefined ? [...folders, planUnknownStaging(services, staged)] : folders };
}

/** Plans for all folders of a table. Returns undefined if the time is used up before everything is read. */
async function planTable(
  ...input: Parameters<typeof planTableFolders>
): Promise<readonly FolderPlan[] | undefined> {
  const planned = await planTableFolders(...input);
  return planned && [...planned.plans, ...(await Array.fromAsync(planned.planSinks())).flat()];
}

function describeSlowFolder(table: string): FolderPlan {
  const trouble =
    'reading its objects and manifests takes longer than an answer may: see the log of the daily sweep';
  return { table, folder: 'tables', trouble };
}
