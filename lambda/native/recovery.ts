import type { TableDescription as SdkTableDescription } from '@aws-sdk/client-dynamodb';
import type { RestoreRecord } from '../model/records.ts';
import type { RestoreOverrides } from '../model/restore-overrides.ts';

/**
 * A table's point-in-time recovery. Times are epoch milliseconds. The period is present while recovery is enabled; the
 * times are present once some time can be restored.
 */
export interface PointInTimeRecovery {
  readonly enabled: boolean;
  readonly recoveryPeriodInDays?: number;
  readonly earliest?: number;
  readonly latest?: number;
}

export interface RecoverySpecification {
  readonly enabled: boolean;
  readonly recoveryPeriodInDays?: number;
}

export interface PointInTimeRestore {
  /** The source table's name. */
  readonly table: string;
  /** The name of the table to create. */
  readonly target: string;
  /** Epoch ms; by default the latest time that can be restored. */
  readonly time?: number;
  readonly overrides: RestoreOverrides;
  readonly requestedBy?: string;
  /** The key that all attempts of one call share: repeats get the restore of the first one. */
  readonly requestKey?: string;
}

/**
 * A restore that was started. Tidemark's own restore has a record; a restore by DynamoDB has DynamoDB's description of
 * the new table.
 */
export type StartedRestore = { readonly restore: RestoreRecord } | { readonly table: SdkTableDescription };

/**
 * The port to point-in-time recovery: DynamoDB's own on AWS, that of `local/dynamodb` in the embedded runtime. Each
 * method throws `TableNotFound` if there is no such table.
 */
export interface ContinuousBackups {
  describe(table: string): Promise<PointInTimeRecovery>;
  /** Enables or disables recovery. Throws `ContinuousBackupsUnavailable` while the table cannot be changed, and `Validation`. */
  update(table: string, specification: RecoverySpecification): Promise<PointInTimeRecovery>;
  /**
   * Restores a table to a time. Throws `PointInTimeRecoveryUnavailable`, `InvalidRestoreTime`, `TableAlreadyExists`, `TableInUse` (the target is
   * being restored), `LimitExceeded`, `Validation` (an override that does not fit).
   */
  restore(request: PointInTimeRestore): Promise<StartedRestore>;
}
