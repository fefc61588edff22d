import {
  type ExportDescription,
  InvalidExportTimeException,
  PointInTimeRecoveryUnavailableException,
} from '@aws-sdk/client-dynamodb';
import type { PointInTimeRecovery } from '../../../lambda/native/recovery.ts';
import { validationError } from './errors.ts';
import type { ExportRequest } from './requests.ts';

const maxWindowMs = 24 * 60 * 60 * 1000;

/**
 * Decides the members of an export's description about its type and times. A full export's description has no type, like
 * DynamoDB's. Throws `PointInTimeRecoveryUnavailableException`, `InvalidExportTimeException` and the SDK's ValidationException.
 */
export function decideExportTimes(
  request: ExportRequest,
  recovery: PointInTimeRecovery,
  minWindowMs: number,
): ExportDescription {
  const { ExportTime, ExportType, IncrementalExportSpecification } = request;
  const isIncremental = ExportType === 'INCREMENTAL_EXPORT';
  if (isIncremental !== (IncrementalExportSpecification !== undefined)) {
    throw validationError(
      'IncrementalExportSpecification is for the ExportType INCREMENTAL_EXPORT, and required there',
    );
  }
  if (isIncremental && ExportTime !== undefined) {
    throw validationError('ExportTime is for the ExportType FULL_EXPORT');
  }
  const latest = latestOf(recovery);
  if (IncrementalExportSpecification === undefined) {
    if (ExportTime !== undefined && ExportTime === recovery.earliest) throw atEarliestError();
    return { ExportTime: toRestorable(recovery, 'ExportTime', ExportTime ?? latest) };
  }
  const { ExportFromTime, ExportToTime = latest, ExportViewType } = IncrementalExportSpecification;
  if (ExportFromTime === undefined) throw validationError('ExportFromTime is required');
  checkWindow(ExportToTime - ExportFromTime, minWindowMs);
  return {
    ExportType: 'INCREMENTAL_EXPORT',
    IncrementalExportSpecification: {
      ExportFromTime: toRestorable(recovery, 'ExportFromTime', ExportFromTime),
      ExportToTime: toRestorable(recovery, 'ExportToTime', ExportToTime),
      ExportViewType: ExportViewType ?? 'NEW_AND_OLD_IMAGES',
    },
  };
}

/**
 * Creates DynamoDB's error for an export at its earliest restorable time. DynamoDB describes that time in whole seconds,
 * rounded down, so it may refuse the export; this runtime always does.
 */
function atEarliestError(): InvalidExportTimeException {
  return new InvalidExportTimeException({ message: 'Export Time is invalid', $metadata: {} });
}

/** Throws if there is no restorable time: recovery is off, or has no snapshot to begin with yet. */
function latestOf({ latest }: PointInTimeRecovery): number {
  if (latest !== undefined) return latest;
  throw new PointInTimeRecoveryUnavailableException({
    message: 'Point in time recovery is not enabled for the table, or has no restorable time yet',
    $metadata: {},
  });
}

function checkWindow(length: number, minMs: number): void {
  if (length >= minMs && length > 0 && length <= maxWindowMs) return;
  throw validationError(
    `The time between ExportFromTime and ExportToTime must be from ${minMs / 1000} to ${maxWindowMs / 1000} seconds`,
  );
}

/** Converts the time to a date. Throws if it cannot be restored. */
function toRestorable({ earliest = 0, latest = 0 }: PointInTimeRecovery, name: string, time: number): Date {
  if (time >= earliest && time <= latest) return new Date(time);
  const [wanted, from, to] = [time, earliest, latest].map((time) => new Date(time).toISOString());
  throw new InvalidExportTimeException({
    message: `${name} '${wanted}' must be within the restorable times '${from}' and '${to}'`,
    $metadata: {},
  });
}
