import { type ErrorCode, TidemarkError } from '../runtime/errors.ts';

const codes: ReadonlyMap<string, ErrorCode> = new Map([
  ['ValidationException', 'Validation'],
  // The table is none of those that Tidemark is configured for.
  ['AccessDeniedException', 'AccessDenied'],
  ['TableNotFoundException', 'TableNotFound'],
  ['SourceTableNotFoundException', 'TableNotFound'],
  ['TableAlreadyExistsException', 'TableAlreadyExists'],
  ['TableInUseException', 'TableInUse'],
  ['BackupNotFoundException', 'BackupNotFound'],
  ['BackupInUseException', 'BackupInUse'],
  ['ContinuousBackupsUnavailableException', 'ContinuousBackupsUnavailable'],
  ['PointInTimeRecoveryUnavailableException', 'PointInTimeRecoveryUnavailable'],
  ['InvalidRestoreTimeException', 'InvalidRestoreTime'],
  ['LimitExceededException', 'LimitExceeded'],
]);

/** What DynamoDB refuses is thrown as a `TidemarkError` with its text; any other error stays what it is. */
export async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const code = error instanceof Error ? codes.get(error.name) : undefined;
    if (code === undefined || !(error instanceof Error)) throw error;
    throw new TidemarkError(code, error.message, { cause: error });
  }
}
