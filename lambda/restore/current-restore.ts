import type { RestoreRecord, RestoreWay } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import type { HexRange } from '../snapshot/format/hash-range.ts';
import type { Content } from '../snapshot/format/content.ts';
import { type Manifest, readManifest } from '../snapshot/format/manifest.ts';
import { nameExecution, type RestoreJob } from '../jobs/job.ts';
import { type PartResult, openRestoreStaging } from '../jobs/staging.ts';

/** The names of the objects in a restore's staging folder by which its steps pass on their results. */
export const fileNames = {
  plan: 'plan.json',
  range: (way: RestoreWay, task: number) => `${folders[way]}/${task}`,
} as const;

const folders: Readonly<Record<RestoreWay, string>> = { import: 'materialize', writes: 'write' };

/** The decisions of `planRestore`, which hold for all executions of the restore. */
export interface RestorePlan {
  readonly manifestSha256: string;
  readonly way: RestoreWay;
  readonly why: string;
  /** The ranges of the tasks, one for each. Together they cover the whole hash space. */
  readonly ranges: readonly HexRange[];
}

/** The items that one part of a task wrote to the table, acknowledged by DynamoDB, or staged for the import. */
export interface RangeResult extends PartResult, Pick<Content, 'items' | 'digest'> {
  /** The first hash of the next part, 16 hex digits. */
  readonly next: string | undefined;
  /** Digests (32 hex digits) of items at `next` and past it that are written already, and counted. */
  readonly ahead?: readonly string[];
}

/** A running restore and its plan, as a step of its current execution reads them. */
export interface CurrentRestore {
  readonly restore: RestoreRecord;
  readonly plan: RestorePlan;
}

/** Finds the job's restore. Returns undefined if the restore has ended or another execution owns it. */
export async function findRestore(
  { catalog }: Pick<Services, 'catalog'>,
  job: RestoreJob,
): Promise<RestoreRecord | undefined> {
  const restore = await catalog.restores.get(job.table);
  const isCurrent =
    restore?.status === 'RESTORING' &&
    restore.id === job.id &&
    nameExecution(restore.id, restore.attempts) === job.execution;
  return isCurrent ? restore : undefined;
}

/**
 * Reads the job's restore and its plan. Throws `TurnLost` if the restore has ended or another execution owns it, and
 * `TaskIncomplete` if it has no plan.
 */
export async function readCurrentRestore(services: Services, job: RestoreJob): Promise<CurrentRestore> {
  const restore = await findRestore(services, job);
  if (restore === undefined) {
    throw new TidemarkError('TurnLost', 'the restore has ended, or another execution owns it');
  }
  const plan = await openRestoreStaging(services, job).read<RestorePlan>(fileNames.plan);
  return { restore, plan };
}

/**
 * Reads the manifest of the snapshot that is restored. A manifest may be large, so only steps that need it read it, and
 * no step that the machine calls in a loop.
 */
export async function readSourceManifest(
  { store }: Services,
  { restore: { source, backup }, plan }: CurrentRestore,
): Promise<Manifest> {
  return (await readManifest(store, source.tableId, backup, plan.manifestSha256)).manifest;
}
