import { shortenText } from './shorten.ts';

/** The codes of the errors that a caller can fix. Their messages are for the caller. */
export const callerErrorCodes = [
  'Validation',
  'AccessDenied',
  'TableNotFound',
  'TableInUse',
  'TableAlreadyExists',
  'BackupNotFound',
  'BackupInUse',
  'BackupNotAvailable',
  'ContinuousBackupsUnavailable',
  'PointInTimeRecoveryUnavailable',
  'InvalidRestoreTime',
  'LimitExceeded',
  'RestoreNotFound',
  'RestoreFailed',
  'SetNotFound',
  'SetInUse',
  'TooManySets',
  'GroupNotFound',
  'ScheduleIncomplete',
  'SinkNotFound',
  'SinkUnreachable',
  'SinkInUse',
] as const;

/**
 * The closed set of errors that Tidemark throws. A dialect renders each code in its own words. Nothing below a dialect
 * knows a name or a status code of the wire.
 *
 * The first group is `callerErrorCodes`. The second group reports faults of stored data or of the environment,
 * which are kept as the reason of a failed backup or restore.
 */
export type ErrorCode =
  | (typeof callerErrorCodes)[number]
  // why a backup or a restore failed
  | 'ClockSkewTooLarge'
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
  | 'TargetRefused'
  | 'WritesRefused'
  | 'ObjectNotFound'
  | 'ServiceAnswerInvalid'
  | 'Internal';

/** An error with a code of the closed set. Its `name` is the code, because state machines and logs show the name. */
export class TidemarkError extends Error {
  readonly code: ErrorCode;
  /** The key of the stored object that is at fault, if the thrower knows it. */
  readonly object: string | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions & { readonly object?: string } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.name = code;
    this.object = options.object;
  }
}

/** True for an error of one of these codes. */
export function isError(error: unknown, ...codes: ErrorCode[]): error is TidemarkError {
  return error instanceof TidemarkError && codes.includes(error.code);
}

/** True if the error says that the caller lacks a permission: an AWS service threw it, or Tidemark in its place. */
export function isDenied(error: unknown): boolean {
  return isServiceError(error, 'AccessDeniedException') || isError(error, 'AccessDenied');
}

/** True for an SDK exception of one of these names. Comparing names spares the import of the SDK's classes. */
export function isServiceError(error: unknown, ...names: string[]): error is Error {
  return error instanceof Error && names.includes(error.name);
}

/**
 * Returns the text that records keep as the reason of a failure: code and message, shortened, never a stack or item
 * content.
 */
export function reasonOf(error: unknown): string {
  return shortenText(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}
