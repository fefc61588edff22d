import { type ErrorCode, TidemarkError } from '../runtime/errors.ts';

const codes: ReadonlyMap<string, ErrorCode> = new Map([
  ['ValidationException', 'Validation'],
  // Tidemark is not configured for the table.
  ['AccessDeniedException', 'AccessDenied'],
  ['TableNotFoundException', 'TableNotFound'],
  ['TableAlreadyExistsException', 'TableAlreadyExists'],
  ['TableInUseException', 'TableInUse'],
  ['BackupNotFoundException', 'BackupNotFound'],
  ['BackupInUseException', 'BackupInUse'],
  ['ContinuousBackupsUnavailableException', 'ContinuousBackupsUnavailable'],
  ['PointInTimeRecoveryUnavailableException', 'PointInTimeRecoveryUnavailable'],
  ['InvalidRestoreTimeException', 'InvalidRestoreTime'],
  ['LimitExceededException', 'LimitExceeded'],
]);

/** Runs a call. Throws an error of DynamoDB as a `TidemarkError` with the same text, and any other error unchanged. */
export async function translateErrors<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const code = error instanceof Error ? codes.get(error.name) : undefined;
    if (code === undefined || !(error instanceof Error)) throw error;
    throw new TidemarkError(code, error.message, { cause: error });
  }
}
