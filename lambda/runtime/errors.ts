/**
 * The closed set of errors that Tidemark throws. A dialect renders a code in its own words; nothing below a
 * dialect knows a wire name or a status code.
 *
 * The first group is the caller's to mend; the second is a fault of the stored data or of the surroundings,
 * kept as the reason on a failed backup or restore.
 */
export type ErrorCode =
  // what a caller can mend
  | 'Validation'
  | 'AccessDenied'
  | 'TableNotFound'
  | 'TableInUse'
  | 'TableAlreadyExists'
  | 'BackupNotFound'
  | 'BackupInUse'
  | 'BackupNotAvailable'
  | 'ContinuousBackupsUnavailable'
  | 'PointInTimeRecoveryUnavailable'
  | 'InvalidRestoreTime'
  | 'LimitExceeded'
  // why a backup or a restore failed
  | 'CutUnreachable'
  | 'ExportFailed'
  | 'ImportFailed'
  | 'SnapshotCorrupt'
  | 'StagedDataCorrupt'
  | 'RecordNotUnderstood'
  | 'CatalogRecordInvalid'
  | 'IdInvalid'
  | 'TaskIncomplete'
  | 'TurnLost'
  | 'TargetTableLost'
  | 'WritesRefused'
  | 'ObjectNotFound'
  | 'Internal';

/** An error with a code of the closed set; `name` is the code, which is what a state machine or a log shows. */
export class TidemarkError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = code;
  }
}

/** True for an error of one of these codes. */
export function isError(error: unknown, ...codes: ErrorCode[]): error is TidemarkError {
  return error instanceof TidemarkError && codes.includes(error.code);
}

/** True if the caller lacks a right: as an AWS service says it, and as we tell it on. */
export function isDenied(error: unknown): boolean {
  return isServiceError(error, 'AccessDeniedException') || isError(error, 'AccessDenied');
}

/** True for an SDK exception of one of these names (the SDK's classes are not imported for this). */
export function isServiceError(error: unknown, ...names: string[]): error is Error {
  return error instanceof Error && names.includes(error.name);
}

/** The sentence kept as a reason: code and message, never a stack or item content. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
