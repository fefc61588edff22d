import pMap from 'p-map';
import type { Census } from '../catalog/census.ts';
import { isBackupId } from '../model/ids.ts';
import { isFailureNote } from '../jobs/failure-note.ts';
import type { StoredObject } from '../storage/object-store.ts';
import { type FolderPlan, planStaging, stagedJobOf, type SweepPlan } from './sweep-plan.ts';
import type { SweepServices } from './sweep-services.ts';

/** Staged objects by their job: a backup's id or `restore-<id>`. */
export type Staged = Map<string, StoredObject[]>;

/** Lists all staged objects. Call it before reading any record. */
export async function listStaged({ store }: Pick<SweepServices, 'store'>): Promise<Staged> {
  return Map.groupBy(await Array.fromAsync(store.list('staging')), ({ key }) => stagedJobOf(key));
}

/**
 * Plans for the objects that the backups in the census have staged, and takes them out of `staged`. `planDeletedStaging`
 * plans for deleted backups.
 */
export function planBackupStaging({ backups }: Census, staged: Staged): SweepPlan {
  const jobs = [...backups.keys()].filter((id) => staged.has(id));
  const objects = jobs.flatMap((job) => takeStaged(staged, job));
  const working = new Set<string>(jobs.filter((id) => backups.get(id)?.status === 'CREATING'));
  return planStaging(objects, (job) => (working.has(job) ? 'working' : 'ended'));
}

/** How many deleted backups are looked up at once. */
const maxLookups = 16;

/**
 * Plans for the objects that deleted backups (of one table, or of all) have staged, and takes them out of `staged`. It looks
 * up only ids that have staged objects and that no table's plan has taken, so the number of its calls does not grow with
 * the number of deleted backups.
 */
export async function planDeletedStaging(
  { catalog }: Pick<SweepServices, 'catalog'>,
  staged: Staged,
  table?: string,
): Promise<FolderPlan> {
  const objects: StoredObject[] = [];
  await pMap(
    [...staged.keys()].filter(isBackupId),
    async (id) => {
      const deleted = await catalog.backups.findDeleted(id);
      if (deleted !== undefined && (table === undefined || deleted.table.name === table))
        objects.push(...takeStaged(staged, id));
    },
    { concurrency: maxLookups },
  );
  return {
    folder: 'staging',
    ...(table !== undefined && { table }),
    plan: planStaging(objects, () => 'ended'),
  };
}

/**
 * Plans for the objects that restores have staged, and takes them out of `staged`. The index that lists running restores
 * may lag, so a restore younger than the grace counts as running. If the index lags longer than that, a running restore
 * fails; nothing else is harmed.
 */
export async function planRestoreStaging(services: SweepServices, staged: Staged): Promise<FolderPlan> {
  const jobs = [...staged.keys()].filter((job) => job.startsWith('restore-'));
  const objects = jobs.flatMap((job) => takeStaged(staged, job));
  const running = new Set((await services.catalog.restores.listRunning()).map(({ id }) => `restore-${id}`));
  const deadline = services.clock.now() - services.config.sweepGraceMs;
  const stateOf = (job: string) => (running.has(job) || startOf(job) > deadline ? 'working' : 'ended');
  return { folder: 'staging', plan: planStaging(objects, stateOf) };
}

/**
 * Plans for the objects that remain in `staged` after all tables and restores: they belong to no job, and are kept.
 * Only the notes of a failed execution whose backup was never cataloged are deleted, after the grace: a request starts
 * the execution and writes the record at the same time, and may fail to do the latter.
 */
export function planUnknownStaging(
  { clock, config }: Pick<SweepServices, 'clock' | 'config'>,
  staged: Staged,
): FolderPlan {
  const deadline = clock.now() - config.sweepGraceMs;
  const holdsNotesOnly = (job: string): boolean =>
    isBackupId(job) &&
    startOf(job) <= deadline &&
    (staged.get(job) ?? []).every(({ key }) => isFailureNote(key));
  const stateOf = (job: string) => (holdsNotesOnly(job) ? 'ended' : 'unknown');
  return { folder: 'staging', plan: planStaging([...staged.values()].flat(), stateOf) };
}

function takeStaged(staged: Staged, job: string): StoredObject[] {
  const objects = staged.get(job) ?? [];
  staged.delete(job);
  return objects;
}

/** Reads the start of a job (epoch ms) from its id: the id of a backup or restore begins with the time of its request. */
function startOf(job: string): number {
  return Number(job.replace('restore-', '').split('-')[0]);
}
