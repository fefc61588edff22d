import type { TableDescription as SdkTableDescription } from '@aws-sdk/client-dynamodb';
import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import type { RestoreOverrides } from '../model/restore-overrides.ts';

/*
 * DynamoDB's own backups and recovery, as two ports with an adapter each:
 *
 *   NativeBackups (this file)         on-demand backups        dynamodb-backups.ts
 *   ContinuousBackups (recovery.ts)   point-in-time recovery   dynamodb-recovery.ts; on one machine local/dynamodb/
 *
 * Only one Lambda function has the right to restore, so both adapters restore through it:
 *
 *   adapter -> invoked-restore.ts -> Lambda function `native-restore` -> native-restore.ts -> DynamoDB
 *
 * DynamoDB's errors leave an adapter as a `TidemarkError` with DynamoDB's text (translate-errors.ts).
 */

/** One of DynamoDB's own on-demand backups. */
export interface NativeBackup {
  readonly status: 'CREATING' | 'AVAILABLE';
  /** The id of the table in the backup. */
  readonly tableId: string;
  readonly items: number;
  readonly bytes: number;
}

export interface NativeBackupRestore {
  /** The ARN of the native backup. */
  readonly arn: string;
  /** The name of the table to create. */
  readonly target: string;
  readonly overrides: RestoreOverrides;
  readonly requestedBy?: string;
}

/** The selection of DynamoDB's own backups in a list: of one table, or of all. Times are epoch milliseconds. */
export interface ForeignQuery {
  readonly table?: string;
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  readonly type?: 'USER' | 'SYSTEM' | 'AWS_BACKUP' | 'ALL';
  /** The list continues after this place. The backup need not exist. */
  readonly after?: BackupKey;
  /** The ARN of a table in this account and region. */
  readonly catalogArn: string;
}

/** Records of backups, oldest first. `upTo`: the last backup that was read, if there are more. */
export interface ForeignPage {
  readonly backups: readonly BackupRecord[];
  readonly upTo?: BackupKey & { readonly arn: string };
}

/**
 * The port to DynamoDB's own on-demand backups. If a method throws a `TidemarkError`, DynamoDB refused the call and did
 * nothing; after any other error, the outcome is unknown.
 */
export interface NativeBackups {
  /** Throws `Validation` where there are no native backups. */
  check(): void;
  /**
   * Creates a backup and returns its ARN. Two calls create two backups with the same name. Throws `TableNotFound`,
   * `TableInUse`, `ContinuousBackupsUnavailable`, `LimitExceeded`, `AccessDenied`.
   */
  create(table: string, name: string): Promise<string>;
  /** Lists the ARNs of a table's backups of this name, made at `since` (epoch ms) or later, oldest first. */
  find(table: string, name: string, since: number): Promise<readonly string[]>;
  /** Describes a backup. Returns undefined if there is none; DynamoDB may also fail to find a backup that was just made. */
  describe(arn: string): Promise<NativeBackup | undefined>;
  /** Describes a backup that Tidemark has not requested, as a record. Returns undefined if DynamoDB has none of this ARN. */
  describeForeign(arn: string): Promise<BackupRecord | undefined>;
  /** Lists one page of the backups that Tidemark has not requested. */
  listForeign(query: ForeignQuery): Promise<ForeignPage>;
  /** Deletes a backup, if it is still there. Throws `BackupInUse` while it is being made or restored. */
  delete(arn: string): Promise<void>;
  /** Restores a backup. Throws `BackupNotFound`, `BackupInUse`, `TableAlreadyExists`, `TableInUse`, `LimitExceeded`, `Validation`. */
  restore(request: NativeBackupRestore): Promise<SdkTableDescription>;
}
