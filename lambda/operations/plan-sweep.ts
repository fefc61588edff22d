import {
  type FolderPlan,
  listStaged,
  planFoldersOf,
  planRestores,
  planUnknown,
  type SweepServices,
} from '../retention/plan-folders.ts';

/**
 * What a sweep would delete now, folder by folder, without deleting it or changing anything. With `table` only what was
 * made for this table's backups. A released snapshot that nothing holds, but that is alive, is shown as live: a sweep
 * would end its life first.
 */
export async function planSweep(
  services: SweepServices,
  { table }: { table?: string } = {},
): Promise<FolderPlan[]> {
  const staged = await listStaged(services);
  if (table !== undefined) return planFoldersOf(services, table, staged, { mend: false });
  const plans: FolderPlan[] = [];
  for (const { name } of await services.catalog.turns.tables())
    plans.push(...(await planFoldersOf(services, name, staged, { mend: false })));
  return [...plans, await planRestores(services, staged), planUnknown(staged)];
}
