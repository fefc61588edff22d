import type { TableDescription as SdkTableDescription } from '@aws-sdk/client-dynamodb';
import type { RestoreOverrides } from '../model/restore-overrides.ts';

/** What DynamoDB says of one of its own on-demand backups. */
export interface NativeBackup {
  readonly status: 'CREATING' | 'AVAILABLE';
  /** Of the table that it is a backup of. */
  readonly tableId: string;
  readonly items: number;
  readonly bytes: number;
}

export interface NativeBackupRestore {
  /** Of the native backup. */
  readonly arn: string;
  /** The name of the table to make. */
  readonly target: string;
  readonly overrides: RestoreOverrides;
  readonly requestedBy?: string;
}

/**
 * The port to DynamoDB's own on-demand backups. A `TidemarkError` says that DynamoDB refused the call, so that nothing
 * was done; after any other error it is not known.
 */
export interface NativeBackups {
  /** Throws `Validation` where there are no native backups. */
  check(): void;
  /**
   * Its ARN. Two calls make two backups of one name. Throws `TableNotFound`, `TableInUse`,
   * `ContinuousBackupsUnavailable`, `LimitExceeded`, `AccessDenied`.
   */
  create(table: string, name: string): Promise<string>;
  /** The ARNs of a table's native backups of this name, made at `since` (epoch ms) or later, oldest first. */
  find(table: string, name: string, since: number): Promise<readonly string[]>;
  /** Undefined if there is none, which may be said of one that was just made. */
  describe(arn: string): Promise<NativeBackup | undefined>;
  /** One that is gone is no error. Throws `BackupInUse` while it is being made or restored. */
  delete(arn: string): Promise<void>;
  /** Throws `BackupNotFound`, `BackupInUse`, `TableAlreadyExists`, `TableInUse`, `LimitExceeded`, `Validation`. */
  restore(request: NativeBackupRestore): Promise<SdkTableDescription>;
}
