import type { Kind, TableDescription } from '../model/records.ts';
import type { SourcePlan } from '../sources/source.ts';
import type { StagedFile } from '../sources/staged-files.ts';
import type { FrameFile } from '../snapshot/format/frame-file.ts';
import type { Content } from '../snapshot/format/content.ts';
import type { RunRef } from '../snapshot/format/manifest.ts';
import type { Origin } from './sources.ts';
import type { PartResult } from '../jobs/staging.ts';
import type { RangePlan } from '../snapshot/compact/range-plan.ts';
import type { BackupId } from '../model/ids.ts';

/**
 * The steps of a backup, each a function of the state machine. A step reads what the steps before it published in the
 * staging folder, and publishes its own result there once.
 *
 * ```
 * begin      takes the turn, chooses the origin, pins the parent       plan.json
 * scan       stages the segments of a scan, if that is the origin      scan/...
 * collect    has the source stage its files and deals them out         partition/plan.json
 * partition  sorts staged files into spills                            partition/...
 * arrange    decides which ranges are written, merged or folded        apply/plan.json
 * apply      writes the runs of the ranges                             apply/...
 * commit     publishes the manifest and moves the head
 * hand-over  starts the next backup of the table (after abort, if a step failed)
 * ```
 *
 * - In: the record of a backup that is CREATING.
 * - Out: a snapshot and its AVAILABLE backup; or a FAILED backup with its reason, and nothing half-visible.
 * - Always: a step may run twice, at once or after its successor. The first published result counts. Only the execution
 *   that holds the table's turn can commit, and only if the head is still that which `begin` read.
 */

/** The objects in the staging folder by which the steps pass on their results. */
export const names = {
  plan: 'plan.json',
  partitionPlan: 'partition/plan.json',
  applyPlan: 'apply/plan.json',
  startOver: 'start-over.json',
  partition: (task: number) => `partition/${task}`,
  apply: (task: number) => `apply/${task}`,
} as const;

/** The decisions of `begin`. */
export interface BackupPlan extends SourcePlan {
  /** The source of the backup, with the facts that it needs. */
  readonly origin: Origin;
  readonly internal: boolean;
  /** True: `apply` reads back the runs that it has written. */
  readonly checksum?: true;
  readonly description: TableDescription;
  /** The key of the key hash: the parent's; for a base, the key that is derived from the deployment's secret. */
  readonly hashKey: string;
  readonly kind: Kind;
  /** The head at the time of the plan: it must still be the head at the commit. */
  readonly headSeen: BackupId | undefined;
  /** The reasons for the origin and the parent. */
  readonly why: readonly string[];
}

/** Which files each task of the partition step reads. */
export interface PartitionPlan {
  readonly tasks: readonly (readonly StagedFile[])[];
}

/** A file of sorted changes, and its index. */
export interface Spill extends FrameFile {
  readonly key: string;
  /** The size that its changes would have as lines of a delta run. */
  readonly lineBytes: number;
}

export interface PartitionResult extends PartResult {
  readonly spills: readonly Spill[];
  /** The number of files that this part and earlier ones have read. */
  readonly filesDone: number;
}

/** The decisions of `arrange`. */
export interface ApplyPlan {
  /** The number of partitions of the new snapshot. */
  readonly partitions: number;
  readonly ranges: readonly RangePlan[];
  readonly spills: readonly Spill[];
}

/** The content of one partition, or the effect of changes on it. */
export interface PartitionContent extends Content {
  readonly partition: number;
}

export interface ApplyResult extends PartResult {
  readonly runs: readonly RunRef[];
  /** The claimed effect of the changes on the content of each partition. */
  readonly effect: readonly PartitionContent[];
  /** The counted content of the partitions that were folded. */
  readonly folded: readonly PartitionContent[];
  /** Where the next part begins, 16 hex digits. */
  readonly next: string | undefined;
  /** The damage of one of the parent's runs: the backup must start over. */
  readonly damaged?: ParentFault;
}

/** Why a backup cannot continue its parent. */
export interface ParentFault {
  readonly reason: string;
  /** The damaged stored object, if damage is the reason. */
  readonly object?: string;
}
