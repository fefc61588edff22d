import type { TableDescription as SdkTableDescription } from '@aws-sdk/client-dynamodb';
import type { RestoreRecord } from '../model/records.ts';
import type { RestoreOverrides } from '../model/restore-overrides.ts';

/**
 * A table's point-in-time recovery. Times are epoch milliseconds: there while it is enabled, as soon as any can be
 * restored. The period is there while it is enabled.
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
  /** The name of the table to make. */
  readonly target: string;
  /** Epoch ms; without it the latest time that can be restored. */
  readonly time?: number;
  readonly overrides: RestoreOverrides;
  readonly requestedBy?: string;
  /** Of one call's attempts: the second gets the first one's restore. */
  readonly requestKey?: string;
}

/** A restore that was started: by Tidemark, on its record, or by DynamoDB, which describes the table it makes. */
export type StartedRestore = { readonly restore: RestoreRecord } | { readonly table: SdkTableDescription };

/**
 * The port to point-in-time recovery: DynamoDB's own where there is one.
 * Each throws `TableNotFound` if there is no such table.
 */
export interface ContinuousBackups {
  describe(table: string): Promise<PointInTimeRecovery>;
  /** Throws `ContinuousBackupsUnavailable` while the table cannot be changed, and `Validation`. */
  update(table: string, specification: RecoverySpecification): Promise<PointInTimeRecovery>;
  /**
   * Throws `PointInTimeRecoveryUnavailable`, `InvalidRestoreTime`, `TableAlreadyExists`, `TableInUse` (the target is
   * being restored), `LimitExceeded`, `Validation` (an override that does not fit).
   */
  restore(request: PointInTimeRestore): Promise<StartedRestore>;
}
