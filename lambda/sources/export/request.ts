import {
  type DynamoDBClient,
  ExportTableToPointInTimeCommand,
  type ExportTableToPointInTimeInput,
} from '@aws-sdk/client-dynamodb';
import { type ErrorCode, isServiceError, TidemarkError } from '../../runtime/errors.ts';
import type { BucketPlace } from '../../storage/bucket-key.ts';
import type { ExportWindow } from './windows.ts';

/**
 * The content of an export, in epoch ms of whole seconds: the table at one time, or its changes from one time
 * (inclusive) to another (exclusive).
 */
export type ExportRange = { readonly time: number } | ExportWindow;

/** The end of an export, epoch ms: it holds only writes from before this time. */
export function endOf(range: ExportRange): number {
  return 'time' in range ? range.time : range.to;
}

export interface ExportRequest {
  readonly tableArn: string;
  /**
   * Returns one token for a backup and a range: a repeated call gets the same export instead of a second one, which would
   * be billed.
   */
  readonly clientToken: string;
  readonly place: BucketPlace;
  readonly what: ExportRange;
}

/**
 * Starts an export and returns its ARN. Throws `ContinuousBackupsUnavailable`, `TableNotFound`, `CutUnreachable` (a time
 * that cannot be restored), `LimitExceeded`, `Validation`, and `Internal` for a token that was used for another request.
 */
export async function startExport(dynamodb: DynamoDBClient, request: ExportRequest): Promise<string> {
  const { tableArn, clientToken, place, what } = request;
  const command = new ExportTableToPointInTimeCommand({
    TableArn: tableArn,
    ClientToken: clientToken,
    S3Bucket: place.bucket,
    ...(place.prefix !== '' && { S3Prefix: place.prefix }),
    // Without an algorithm DynamoDB requests AES256, even if the bucket has another encryption.
    ...(place.keyArn !== undefined && { S3SseAlgorithm: 'KMS', S3SseKmsKeyId: place.keyArn }),
    ExportFormat: 'DYNAMODB_JSON',
    ...toParameters(what),
  });
  try {
    const { ExportDescription: description } = await dynamodb.send(command);
    if (description?.ExportArn === undefined) throw new TidemarkError('Internal', 'an export has no ARN');
    return description.ExportArn;
  } catch (error) {
    throw explain(error, tableArn);
  }
}

function toParameters(what: ExportRange): Partial<ExportTableToPointInTimeInput> {
  if ('time' in what) return { ExportTime: new Date(what.time) };
  return {
    ExportType: 'INCREMENTAL_EXPORT',
    IncrementalExportSpecification: {
      ExportFromTime: new Date(what.from),
      ExportToTime: new Date(what.to),
      ExportViewType: 'NEW_AND_OLD_IMAGES',
    },
  };
}

/** For each error of the call, by the service's name: our code, and what to do. */
const refusals: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  PointInTimeRecoveryUnavailableException: [
    'ContinuousBackupsUnavailable',
    'Switch on point-in-time recovery of the table (UpdateContinuousBackups), then request the backup again.',
  ],
  TableNotFoundException: ['TableNotFound', 'It was deleted, or is in another account or region.'],
  InvalidExportTimeException: [
    'CutUnreachable',
    'The time can no longer be restored, or not yet: request a new backup.',
  ],
  ExportConflictException: [
    'Internal',
    'The token was used for an export to another place or with another key: the configuration has changed since. Request the backup again.',
  ],
  LimitExceededException: [
    'LimitExceeded',
    'Too many exports are running in this account: some must end first.',
  ],
  ValidationException: ['Validation', 'The export was not started.'],
};

function explain(error: unknown, tableArn: string): unknown {
  const refusal = Object.entries(refusals).find(([name]) => isServiceError(error, name))?.[1];
  if (refusal === undefined || !(error instanceof Error)) return error;
  const [code, next] = refusal;
  return new TidemarkError(code, `Export of ${tableArn} refused: ${error.message}. ${next}`, {
    cause: error,
  });
}
