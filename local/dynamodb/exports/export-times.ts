import {
  type ExportDescription,
  InvalidExportTimeException,
  PointInTimeRecoveryUnavailableException,
} from '@aws-sdk/client-dynamodb';
import type { PointInTimeRecovery } from '../../../lambda/native/recovery.ts';
import { validation } from './errors.ts';
import type { ExportRequest } from './requests.ts';

const mostWindowMs = 24 * 60 * 60 * 1000;

/**
 * What an export's description says of its kind and times. That of a full one leaves its type out, as DynamoDB's does.
 * Throws `PointInTimeRecoveryUnavailableException`, `InvalidExportTimeException` and the SDK's ValidationException.
 */
export function decideExportTimes(
  request: ExportRequest,
  recovery: PointInTimeRecovery,
  minWindowMs: number,
): ExportDescription {
  const { ExportTime, ExportType, IncrementalExportSpecification } = request;
  const isIncremental = ExportType === 'INCREMENTAL_EXPORT';
  if (isIncremental !== (IncrementalExportSpecification !== undefined)) {
    throw validation(
      'IncrementalExportSpecification is for the ExportType INCREMENTAL_EXPORT, and required there',
    );
  }
  if (isIncremental && ExportTime !== undefined) {
    throw validation('ExportTime is for the ExportType FULL_EXPORT');
  }
  const latest = latestOf(recovery);
  if (IncrementalExportSpecification === undefined) {
    return { ExportTime: within(recovery, 'ExportTime', ExportTime ?? latest) };
  }
  const { ExportFromTime, ExportToTime = latest, ExportViewType } = IncrementalExportSpecification;
  if (ExportFromTime === undefined) throw validation('ExportFromTime is required');
  checkWindow(ExportToTime - ExportFromTime, minWindowMs);
  return {
    ExportType: 'INCREMENTAL_EXPORT',
    IncrementalExportSpecification: {
      ExportFromTime: within(recovery, 'ExportFromTime', ExportFromTime),
      ExportToTime: within(recovery, 'ExportToTime', ExportToTime),
      ExportViewType: ExportViewType ?? 'NEW_AND_OLD_IMAGES',
    },
  };
}

/** Recovery that is enabled has no times while there is no snapshot that it could begin with. */
function latestOf({ latest }: PointInTimeRecovery): number {
  if (latest !== undefined) return latest;
  throw new PointInTimeRecoveryUnavailableException({
    message: 'Point in time recovery is not enabled for the table, or reaches no time yet',
    $metadata: {},
  });
}

function checkWindow(length: number, least: number): void {
  if (length >= least && length > 0 && length <= mostWindowMs) return;
  throw validation(
    `The time between ExportFromTime and ExportToTime must be from ${least / 1000} to ${mostWindowMs / 1000} seconds`,
  );
}

function within({ earliest = 0, latest = 0 }: PointInTimeRecovery, name: string, time: number): Date {
  if (time >= earliest && time <= latest) return new Date(time);
  const [wanted, from, to] = [time, earliest, latest].map((time) => new Date(time).toISOString());
  throw new InvalidExportTimeException({
    message: `${name} '${wanted}' must be within the restorable times '${from}' and '${to}'`,
    $metadata: {},
  });
}
