import type { Ends, Source, TableIdentity } from '../model/records.ts';
import type { ErrorCode, TidemarkError } from '../runtime/errors.ts';
import type { Config } from '../services/config.ts';
import type { Services } from '../services/services.ts';
import type { Cut, Manifest } from '../snapshot/format/manifest.ts';
import type { Staging } from '../jobs/staging.ts';
import type { Table } from '../tables/table.ts';
import type { StagedFile } from './staged-files.ts';
import type { BackupId } from '../model/ids.ts';

/**
 * The interface of a source, by which `lambda/backup` makes a backup from any of them. The sources are peers: each is
 * a folder here, and none imports another.
 *
 * - In: a table, the snapshots that a backup may continue, and the configuration.
 * - Out: an origin (the source's part of the plan), then staged files and the cut at which the snapshot ends.
 * - Always: a source continues a parent only if it holds every change since the parent's end. A gap is never bridged.
 *
 * `O` is the source's own kind of origin. `look` and the later steps do I/O; `continueParent`, `readWhole` and `isExact`
 * are pure.
 */
export interface SourceModule<O extends { readonly source: Source }> {
  /** True if older snapshots than the head may be continued too. They are then read from the catalog. */
  readonly continuesOlder: boolean;
  /**
   * Finds the facts about the table on which the choice depends, and enables a missing stream or recovery if the
   * configuration says so. `wait`: that takes time, so call again later. Throws `ContinuousBackupsUnavailable`.
   */
  look(services: SourceServices, request: SourceRequest): Promise<Partial<Facts> | 'wait'>;
  /** Chooses which of the situation's parents to continue, if any. */
  continueParent(situation: Situation): Continuation<O>;
  /** Plans to read the whole table, or explains why that is impossible. Sources that only continue parents do not have it. */
  readonly readWhole?: (situation: Situation) => O | Refusal;
  /** How many parallel tasks read the table before `collect`; 0: none. */
  countTasks(origin: O): number;
  /** Stages files in DynamoDB's export format; called again until it is done. Throws `StreamGap`, `CutUnreachable`. */
  collect(services: SourceServices, origin: O, work: CollectWork): Promise<Collected>;
  /** Finds where the snapshot ends, once `collect` is done. */
  findCut(origin: O, staging: Staging, parent: Manifest | undefined): Promise<Cut>;
  /**
   * True if each staged old image equals the parent's item. Otherwise `apply` reads the old images from the parent, and
   * only then knows the effect of the changes on its figures.
   */
  isExact(origin: O): boolean;
}

/** The services that sources use. The catalog is not among it. */
export type SourceServices = Pick<
  Services,
  | 'bucketPlace'
  | 'clock'
  | 'config'
  | 'dynamodb'
  | 'ids'
  | 'log'
  | 'recovery'
  | 'secret'
  | 'store'
  | 'streams'
>;

/** The table of a backup, and when the backup was requested (epoch ms). */
export interface SourceRequest {
  readonly table: Table;
  readonly requestedAt: number;
}

/** The facts about a table that sources found. */
export interface Facts {
  /** The table's stream, if it has a usable one, and since when. */
  readonly stream: TableStream | undefined;
  /** Point-in-time recovery, if it is enabled, and the earliest time that it can restore. */
  readonly recovery: { readonly earliest: number } | undefined;
}

export interface TableStream {
  readonly arn: string;
  readonly createdAt: number;
}

/** Everything that the choice of a source depends on. Times are epoch milliseconds. */
export interface Situation extends Facts {
  /** The table's name. */
  readonly table: string;
  readonly now: number;
  /** The time whose content is wanted. */
  readonly marker: number;
  /** True if that is a time before the request: only changes since a parent reach it. */
  readonly onlyIncrement: boolean;
  /** The snapshots that may be continued, the preferred one first. */
  readonly parents: readonly Parent[];
  readonly config: Pick<Config, 'exportWindow' | 'replayMs' | 'scanSegments'>;
}

/** A snapshot that may be continued. */
export interface Parent {
  readonly id: BackupId;
  /** The catalog's checksum of its manifest. */
  readonly manifestSha256: string;
  /** Epoch ms. */
  readonly marker: number;
  readonly ends: Ends;
}

/**
 * The parent that a source continues, if it found one. `why` has the reason against each parent that was passed over and,
 * last, the choice.
 */
export interface Continuation<O> {
  readonly chosen: { readonly origin: O; readonly parent: Parent } | undefined;
  readonly why: readonly string[];
}

/** The reason why a backup cannot be made. */
export interface Refusal {
  readonly error: ErrorCode;
  readonly message: string;
}

/** The part of a backup's plan that its source uses. */
export interface SourcePlan {
  readonly id: BackupId;
  /** The time whose content is wanted, epoch ms. */
  readonly marker: number;
  readonly table: TableIdentity;
  /** The snapshot that the changes are applied to, with its manifest's checksum; undefined for a base. */
  readonly parent: Pick<Parent, 'id' | 'manifestSha256'> | undefined;
  /** Epoch ms at which the work began, before anything was read. */
  readonly startedAt: number;
}

/** One invocation of `collect`. */
export interface CollectWork {
  readonly plan: SourcePlan;
  readonly staging: Staging;
  /** Counts the invocations that had more to do. */
  readonly part: number;
}

/** The result of an invocation of `collect`: all staged files; or that more work remains, or that the machine must wait. */
export type Collected =
  | { readonly status: 'done'; readonly files: readonly StagedFile[] }
  | { readonly status: 'more' }
  | { readonly status: 'wait'; readonly waitSeconds: number };

/** Gives the reason why a source can continue no parent at all. */
export function passOver(reason?: string): Continuation<never> {
  return { chosen: undefined, why: reason === undefined ? [] : [reason] };
}

/**
 * Chooses the first parent that a source can continue. `consider` returns an origin, or the reason why the source
 * cannot continue that parent.
 */
export function continueFirst<O extends { readonly source: Source }>(
  source: O['source'],
  parents: readonly Parent[],
  consider: (parent: Parent) => O | string,
): Continuation<O> {
  const why: string[] = [];
  for (const parent of parents) {
    const origin = consider(parent);
    if (typeof origin !== 'string') {
      return {
        chosen: { origin, parent },
        why: [...why, `the ${source} holds every change since ${parent.id}`],
      };
    }
    why.push(`${source}: ${parent.id}: ${origin}`);
  }
  return { chosen: undefined, why };
}

/** Refuses with an error's code and message. */
export function refuse({ code, message }: TidemarkError): Refusal {
  return { error: code, message };
}

/** Refuses with `CutUnreachable`: no source holds the content of the requested time. */
export function refuseUnreachable(message: string): Refusal {
  return { error: 'CutUnreachable', message };
}
