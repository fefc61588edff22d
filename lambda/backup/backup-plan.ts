import type { BackupId, Kind, TableDescription } from '../model/records.ts';
import type { SourcePlan } from '../sources/source.ts';
import type { StagedFile } from '../sources/staged-files.ts';
import type { FrameFile } from '../snapshot/format/frame-file.ts';
import type { Content } from '../snapshot/format/content.ts';
import type { RunRef } from '../snapshot/format/manifest.ts';
import type { Origin } from './sources.ts';
import type { PartResult } from '../jobs/staging.ts';
import type { RangePlan } from '../snapshot/compact/range-plan.ts';

/** The objects that a backup's steps leave for each other in its staging folder. */
export const names = {
  plan: 'plan.json',
  partitionPlan: 'partition/plan.json',
  applyPlan: 'apply/plan.json',
  partition: (task: number) => `partition/${task}`,
  apply: (task: number) => `apply/${task}`,
} as const;

/** What `begin` decided. */
export interface BackupPlan extends SourcePlan {
  /** What the backup is made from. */
  readonly origin: Origin;
  readonly internal: boolean;
  readonly description: TableDescription;
  readonly kind: Kind;
  /** The head when this was decided: it must still be the head at the commit. */
  readonly headSeen: BackupId | undefined;
  /** The reasons for the origin and the parent. */
  readonly why: readonly string[];
}

export interface PartitionPlan {
  readonly tasks: readonly (readonly StagedFile[])[];
}

export interface Spill extends FrameFile {
  readonly key: string;
  /** What its changes come to as lines of a delta run. */
  readonly lineBytes: number;
}

export interface PartitionResult extends PartResult {
  readonly spills: readonly Spill[];
  /** The number of files that this and earlier parts took. */
  readonly filesDone: number;
}

export interface ApplyPlan {
  readonly partitions: number;
  readonly ranges: readonly RangePlan[];
  readonly spills: readonly Spill[];
}

/** Of one partition; a part or an effect of it where it is said so. */
export interface PartitionContent extends Content {
  readonly partition: number;
}

export interface ApplyResult extends PartResult {
  readonly runs: readonly RunRef[];
  /** What the changes claim to do to the content of each partition. */
  readonly effect: readonly PartitionContent[];
  /** The content of the partitions that were folded, as counted. */
  readonly folded: readonly PartitionContent[];
  /** Where the next part begins, 16 hex digits. */
  readonly next: string | undefined;
  /** Which of the parent's runs cannot be read, and why: the backup must begin anew. */
  readonly damaged?: string;
}
