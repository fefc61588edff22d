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

export type { BackupId } from './ids.ts';

/** A table's identity: the name may be used again by another table, the id never. */
export interface TableIdentity {
  readonly name: string;
  readonly arn: string;
  readonly tableId: string;
}

/** What a table is besides its items, as it was when the backup was requested. Times are epoch milliseconds. */
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

/** Where a snapshot's content came from. */
export type Source = 'export' | 'stream' | 'scan';

/** `native`: the backup is DynamoDB's own, cataloged beside ours; it has no snapshot. */
export type BackupSource = Source | 'native';

/** Where a snapshot ends, as far as the choice of a parent needs it: the manifest holds the whole cut. */
export type Ends = { readonly stream: string } | { readonly exportTime: number };

/**
 * `full`: one base run for each partition. `incremental`: the changes since the last snapshot of any kind are a run of
 * their own. `differential`: the changes since the last full one are one run.
 */
export type Kind = 'full' | 'incremental' | 'differential';

export interface Figures {
  readonly items: number;
  /** DynamoDB's own measure of the items: attribute names and values. */
  readonly bytes: number;
  /** What this backup added to the store. */
  readonly copiedBytes: number;
  readonly copiedFiles: number;
  readonly copiedRecords: number;
  /** Milliseconds by phase of the workflow. */
  readonly durations?: Readonly<Record<string, number>>;
}

/** CREATING -> AVAILABLE | FAILED; AVAILABLE | FAILED -> DELETED. Nothing else. */
export type BackupStatus = 'CREATING' | 'AVAILABLE' | 'FAILED' | 'DELETED';

export interface BackupRecord {
  readonly id: BackupId;
  readonly arn: string;
  readonly name: string;
  readonly table: TableIdentity;
  readonly description: TableDescription;
  /** The request time, epoch ms; grows strictly for one table, but for native backups. */
  readonly marker: number;
  readonly status: BackupStatus;
  /** How many executions were named for this backup; the newest is `executionName(id, attempts)`. */
  readonly attempts: number;
  /** Made for Tidemark's own use, to move a head forward for instance: not listed. */
  readonly internal: boolean;
  /** Epoch ms of a time before the request whose content is meant. Such a snapshot never becomes the head. */
  readonly asOf?: number;
  /** Epoch ms after which the reconciler deletes the backup. */
  readonly expiresAt?: number;
  /** The caller's ARN, or the schedule's name. */
  readonly requestedBy?: string;
  /** As requested, if it was said; once AVAILABLE, as it was made. */
  readonly kind?: Kind;
  readonly source?: BackupSource;
  readonly parent?: BackupId;
  /** Why it was made from this source and parent. */
  readonly why?: readonly string[];
  readonly figures?: Figures;
  /** 32 hex digits, see docs/format.md. */
  readonly digest?: string;
  /** Why the backup failed. */
  readonly reason?: string;
  /** The request that deleted it: its repeat is no error. */
  readonly deletedBy?: string;
  /** What the caller noted. */
  readonly comment?: string;
  /** The ARN that a native backup has of DynamoDB, once it is known. */
  readonly nativeArn?: string;
  /** Epoch ms at which DynamoDB was asked for a native backup again: `attempts` counts how often it was asked. */
  readonly askedAt?: number;
}

/** The table's latest committed snapshot: what the next changes are applied to. */
export interface Head {
  readonly tableId: string;
  readonly snapshot: BackupId;
  readonly marker: number;
}

/** The right to apply changes to one table's head. */
export interface Turn {
  readonly execution: string;
  readonly backup: BackupId;
  /** Epoch ms at which it was taken or granted. */
  readonly since: number;
  /** The snapshot that is pinned for it. */
  readonly parent?: BackupId;
}

/** What the catalog knows of one table name. */
export interface TableRecord {
  readonly name: string;
  readonly lastMarker: number;
  readonly head?: Head;
  readonly turn?: Turn;
  /** Backups that are CREATING, in marker order. */
  readonly pending: readonly BackupId[];
}

export type RestoreStatus = 'RESTORING' | 'RESTORED' | 'FAILED';

/** How a restored table gets its items: DynamoDB imports them as it makes the table, or they are written to it. */
export type RestoreWay = 'import' | 'writes';

/**
 * What became of the target of a restore that has ended. Code decides by these members;
 * `explainRestore` words them for people.
 *
 * - `complete`: the table has all its items and settings, except the one that it `lacks`.
 * - `absent`: the restore has no table. Somebody else's table may have the target's name.
 * - `kept`: the restore failed, but its table exists and Tidemark will not delete it.
 * - `unseen`: the restore failed, and Tidemark was not allowed to check whether its table exists.
 */
export type TargetFate =
  | { readonly kind: 'complete'; readonly lacks?: 'deletionProtection' | 'tagRemoval' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'kept'; readonly why: 'protected' | 'neverTagged' | 'tagRemoved' }
  | { readonly kind: 'kept'; readonly why: 'denied'; readonly error: string }
  | { readonly kind: 'unseen'; readonly error: string };

/** A restore of one backup into one new table. The latest for a target name is kept. */
export interface RestoreRecord {
  readonly id: RestoreId;
  readonly target: string;
  /** Set once the table is made; only this table may be written to or deleted. */
  readonly targetTableId?: string;
  readonly backup: BackupId;
  readonly backupArn: string;
  readonly source: TableIdentity;
  /** What the target is to be: the source's description with the request's overrides. */
  readonly description: TableDescription;
  /** Epoch ms whose content is restored: the backup's marker, or the point in time. */
  readonly contentTime: number;
  /** A restore to a point in time: its backup was made for it alone, and may not be there yet. */
  readonly pointInTime?: true;
  readonly requestedAt: number;
  /** Set once the restore is planned, with the reason. */
  readonly way?: RestoreWay;
  readonly why?: string;
  /** The import that makes the target, and what DynamoDB last said that it has read: `bytes` before compression. */
  readonly importArn?: string;
  readonly imported?: { readonly items: number; readonly bytes: number };
  /**
   * Set once the table has been proven and has all its settings but deletion protection, its last one. `reason` then says
   * what is in doubt.
   */
  readonly settled?: true;
  /** Why the restore is given up, once it is: it cannot be settled any more, and its table goes. Never beside `settled`. */
  readonly abandoned?: string;
  readonly status: RestoreStatus;
  readonly attempts: number;
  /** The request that began it: its repeat gets this restore again. */
  readonly requestKey?: string;
  readonly requestedBy?: string;
  /** Why the restore failed, or what is in doubt about a restored table. `explainRestore` adds the target's fate. */
  readonly reason?: string;
  /** Set when the restore ends. */
  readonly targetFate?: TargetFate;
}
