import type { BackupId, Kind, Source, TableDescription, TableIdentity } from '../model/records.ts';
import type { ExportRange } from '../sources/export/request.ts';
import type { StagedFile } from '../sources/staged-files.ts';
import type { Lane } from '../sources/stream-cut.ts';
import type { FrameFile } from '../snapshot/format/frame-file.ts';
import type { Content } from '../snapshot/format/content.ts';
import type { RunRef } from '../snapshot/format/manifest.ts';
import type { Replay } from './choose-source.ts';
import type { PartResult } from '../jobs/staging.ts';
import type { RangePlan } from '../snapshot/compact/range-plan.ts';

/** The objects that a backup's steps leave for each other in its staging folder. */
export const names = {
  plan: 'plan.json',
  partitionPlan: 'partition/plan.json',
  applyPlan: 'apply/plan.json',
  scan: (task: number) => `scan/${task}`,
  stream: 'stream',
  partition: (task: number) => `partition/${task}`,
  apply: (task: number) => `apply/${task}`,
} as const;

/** What `begin` decided. */
export interface BackupPlan {
  readonly id: BackupId;
  readonly marker: number;
  readonly internal: boolean;
  readonly table: TableIdentity;
  readonly description: TableDescription;
  readonly kind: Kind;
  readonly source: Source;
  /** The snapshot that the changes are applied to; none for a base. */
  readonly parent: BackupId | undefined;
  /** The head when this was decided: it must still be the head at the commit. */
  readonly headSeen: BackupId | undefined;
  /** The reasons of source and parent. */
  readonly why: readonly string[];
  /** The stream that tells of the changes; undefined if exports do. */
  readonly stream: string | undefined;
  /** The parent ends with an export, in this time. */
  readonly replay?: Replay;
  /** What to export, one after another; empty if a stream tells of the changes. */
  readonly exports: readonly ExportRange[];
  /** Segments of the scan; 0: none. */
  readonly segments: number;
  /** Epoch ms at which the work began, before anything was read. */
  readonly startedAt: number;
}

export interface ScanResult extends PartResult {
  readonly files: readonly StagedFile[];
  /** Where the next part goes on, as DynamoDB JSON. */
  readonly next: object | undefined;
  /** Epoch ms. */
  readonly endedAt: number;
}

export interface StreamResult extends PartResult {
  readonly files: readonly StagedFile[];
  readonly lanes: readonly Lane[];
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
