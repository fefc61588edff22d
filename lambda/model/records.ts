import type {
  AttributeDefinition,
  BillingMode,
  GlobalSecondaryIndexInfo,
  KeySchemaElement,
  LocalSecondaryIndexInfo,
  OnDemandThroughput,
  ProvisionedThroughput,
  SSEDescription,
  StreamSpecification,
  TableClass,
  TimeToLiveDescription,
} from '@aws-sdk/client-dynamodb';
import type { BackupId, RestoreId } from './ids.ts';
import type { SetKey } from './sets.ts';

/** The records of the catalog, in the form that all rooms work with. */

/** A table's identity. Another table may get the same name later, but never the same id. */
export interface TableIdentity {
  readonly name: string;
  readonly arn: string;
  readonly tableId: string;
}

/** A table's settings when the backup was requested: everything but its items. Times are epoch milliseconds. */
export interface TableDescription {
  readonly keySchema: readonly KeySchemaElement[];
  readonly attributeDefinitions: readonly AttributeDefinition[];
  readonly createdAt: number;
  readonly sizeBytes: number;
  readonly itemCount: number;
  readonly billingMode: BillingMode;
  readonly provisionedThroughput?: ProvisionedThroughput;
  readonly onDemandThroughput?: OnDemandThroughput;
  readonly localSecondaryIndexes: readonly LocalSecondaryIndexInfo[];
  readonly globalSecondaryIndexes: readonly GlobalSecondaryIndexInfo[];
  readonly stream?: StreamSpecification;
  readonly timeToLive?: TimeToLiveDescription;
  readonly sse?: SSEDescription;
  readonly tableClass?: TableClass;
  readonly deletionProtection?: boolean;
}

export const sourceNames = ['export', 'stream', 'scan', 'settings'] as const;

/** The source of a snapshot's content. `settings`: it has no items, even if the table has. */
export type Source = (typeof sourceNames)[number];

/** The sources that can read a whole table. */
export type BaseSource = Extract<Source, 'export' | 'scan'>;

/** `native`: DynamoDB makes the backup, and Tidemark only catalogs it. It has no snapshot. */
export type BackupSource = Source | 'native';

/** The part of a snapshot's end that the choice of a parent needs. The manifest holds the whole cut. */
export type Ends = { readonly stream: string } | { readonly exportTime: number };

/**
 * How a snapshot is stored. `full`: one base run for each partition. `incremental`: a run holds the changes since the last
 * snapshot of any kind. `differential`: one run holds all changes since the last full snapshot.
 */
export type Kind = 'full' | 'incremental' | 'differential';

/** Measures of a backup. */
export interface Figures {
  readonly items: number;
  /** The size of the items as DynamoDB counts it: attribute names and values. */
  readonly bytes: number;
  /** The bytes, files and records that this backup added to the store. */
  readonly copiedBytes: number;
  readonly copiedFiles: number;
  readonly copiedRecords: number;
  /** Milliseconds by phase of the workflow. */
  readonly durations?: Readonly<Record<string, number>>;
}

/** The only changes of status are CREATING -> AVAILABLE | FAILED and AVAILABLE | FAILED -> DELETED. */
export type BackupStatus = 'CREATING' | 'AVAILABLE' | 'FAILED' | 'DELETED';

/** The catalog's record of one backup. */
export interface BackupRecord {
  readonly id: BackupId;
  readonly arn: string;
  readonly name: string;
  readonly table: TableIdentity;
  readonly description: TableDescription;
  /** The request time, epoch ms. It grows strictly from one backup of a table to the next, except for native backups. */
  readonly marker: number;
  readonly status: BackupStatus;
  /** The number of executions that were named for this backup. The newest is `nameExecution(id, attempts)`. */
  readonly attempts: number;
  /** True for a backup that Tidemark made for itself, for example to move a head forward. Lists leave it out. */
  readonly internal: boolean;
  /**
   * The maker of the backup. Absent: a caller. `SYSTEM`: it is the last backup of a table that was deleted while its
   * recovery was on, and no caller may delete it.
   */
  readonly type?: 'SYSTEM' | 'AWS_BACKUP';
  /** Set if the backup holds the content of a time (epoch ms) before its request. Its snapshot never becomes the head. */
  readonly asOf?: number;
  /** Epoch ms after which the reconciler deletes the backup. */
  readonly expiresAt?: number;
  /** The caller's ARN, or the schedule's name. */
  readonly requestedBy?: string;
  /** The kind that was requested, if any. Once AVAILABLE, the kind that was made. */
  readonly kind?: Kind;
  readonly source?: BackupSource;
  readonly parent?: BackupId;
  /** Why this source and parent were chosen. */
  readonly why?: readonly string[];
  readonly figures?: Figures;
  /** 32 hex digits, see docs/format.md. */
  readonly digest?: string;
  /** Why the backup failed. */
  readonly reason?: string;
  /** Set if the backup failed because a caller cancelled it. `reason` says who. */
  readonly cancelled?: true;
  /** The ARN of the caller who deleted the backup, or `expiry`. */
  readonly deletedBy?: string;
  /** The key of the request that deleted the backup. A repeat of that request is no error. */
  readonly deletedFor?: string;
  /** When the backup was deleted, epoch ms. */
  readonly deletedAt?: number;
  /** The caller's comment. */
  readonly comment?: string;
  /** The requested way to read the table if there is no snapshot to continue. Absent: the configured way. */
  readonly base?: BaseSource;
  /** True: the backup reads back the objects that it has written, and compares their checksums, before it is AVAILABLE. */
  readonly checksum?: true;
  /** The data sink that holds its snapshot, unless that is the default one. */
  readonly sink?: string;
  /** The backup set of which the backup is a member. */
  readonly set?: SetKey;
  /** The stream that the table had at the request, if a backup could use it. It outlives the table by a day. */
  readonly streamArn?: string;
  /** The ARN that DynamoDB gave a native backup, once it is known. */
  readonly nativeArn?: string;
  /** When (epoch ms) Tidemark last asked DynamoDB again for a native backup. `attempts` counts the requests. */
  readonly askedAt?: number;
}

/** The table's latest committed snapshot. The next changes are applied to it. */
export interface Head {
  readonly tableId: string;
  readonly snapshot: BackupId;
  readonly marker: number;
}

/** The right to apply changes to one table's head. */
export interface Turn {
  readonly execution: string;
  readonly backup: BackupId;
  /** When the execution took the turn or was granted it, epoch ms. */
  readonly since: number;
  /** The snapshot that is pinned for the turn. */
  readonly parent?: BackupId;
}

/** A damaged run, which several snapshots may share. */
export interface Distrust {
  /** The backup that wrote the run. */
  readonly upTo: BackupId;
  readonly reason: string;
  /** Epoch ms. */
  readonly seenAt: number;
}

/** The catalog's record of one table name in one data sink. */
export interface TableRecord {
  readonly name: string;
  /** Absent for the default sink. */
  readonly sink?: string;
  readonly lastMarker: number;
  readonly head?: Head;
  readonly turn?: Turn;
  /** Set once damage was seen: no backup continues a snapshot that refers to a run of that backup or of an earlier one. */
  readonly distrust?: Distrust;
  /** The last time at which its data sink could not be reached to move the head, epoch ms. */
  readonly unreachableAt?: number;
  /** The backups that are CREATING, in marker order. */
  readonly pending: readonly BackupId[];
}

export type RestoreStatus = 'RESTORING' | 'RESTORED' | 'FAILED';

/** How a restored table gets its items: DynamoDB imports them while it creates the table, or Tidemark writes them. */
export type RestoreWay = 'import' | 'writes';

/**
 * The fate of the target of a restore that has ended. Code decides by these members; `explainRestore` words them for
 * people.
 *
 * - `complete`: the table has all its items and settings, except the setting in `lacks`.
 * - `absent`: the restore has no table. Somebody else's table may have the target's name.
 * - `kept`: the restore failed, but its table exists and Tidemark will not delete it.
 * - `unseen`: the restore failed, and Tidemark was not allowed to check whether its table exists.
 */
export type TargetFate =
  | { readonly kind: 'complete'; readonly lacks?: 'deletionProtection' | 'finishedTag' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'kept'; readonly why: 'protected' | 'neverTagged' | 'tagRemoved' }
  | { readonly kind: 'kept'; readonly why: 'denied'; readonly error: string }
  | { readonly kind: 'unseen'; readonly error: string };

/** The catalog's record of the latest restore to one target: of one backup into one new table. */
export interface RestoreRecord {
  readonly id: RestoreId;
  readonly target: string;
  /** Set once the table exists. Only this table may be written to or deleted. */
  readonly targetTableId?: string;
  readonly backup: BackupId;
  readonly backupArn: string;
  readonly source: TableIdentity;
  /** The data sink that holds the backup, unless that is the default one. */
  readonly sink?: string;
  /** The settings of the target: the source's description with the request's overrides. */
  readonly description: TableDescription;
  /** The time (epoch ms) whose content is restored: the backup's marker, or the point in time. */
  readonly contentTime: number;
  /** Set for a restore to a point in time. Its backup was requested only for it, and may not be finished yet. */
  readonly pointInTime?: true;
  readonly requestedAt: number;
  /** True: the restore reads the finished table, and compares its items with those that it restored. */
  readonly verifyTarget?: true;
  /** Set once the restore is planned: the way, and why it was chosen. */
  readonly way?: RestoreWay;
  readonly why?: string;
  /** The import that creates the target, and how much DynamoDB has read so far. `bytes` are counted before compression. */
  readonly importArn?: string;
  readonly imported?: { readonly items: number; readonly bytes: number };
  /**
   * Set once the table's content is checked and it has all its settings, except deletion protection, which comes last.
   * `reason` then says what is in doubt.
   */
  readonly settled?: true;
  /**
   * The reason for abandoning the restore; set once it is abandoned. Its table is deleted. A restore is never both
   * settled and abandoned.
   */
  readonly abandoned?: string;
  readonly status: RestoreStatus;
  readonly attempts: number;
  /** The request that began the restore. A repeat of that request gets this restore again. */
  readonly requestKey?: string;
  readonly requestedBy?: string;
  /** Why the restore failed, or what is in doubt about a restored table. `explainRestore` adds the target's fate. */
  readonly reason?: string;
  /** Indexes that took the table's throughput, because the backup recorded none for them. */
  readonly repairedIndexes?: readonly string[];
  /** The differences between the settled table and `description`, as text for people. */
  readonly differences?: readonly string[];
  /** Set when the restore ends. */
  readonly targetFate?: TargetFate;
  /** When the restore ended, epoch ms. */
  readonly endedAt?: number;
}
