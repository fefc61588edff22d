import type { BackupSource, Kind } from '../model/records.ts';
import { assumptions } from './assumptions.ts';
import { computeCost, GB, minExportBytes, type Price, prices } from './prices.ts';
import type { Size } from './restore-estimate.ts';
import { addSpans, multiplySpan, type Span } from './span.ts';

/** The facts about a backup on which its price depends. */
export interface BackupWay {
  readonly source: BackupSource;
  /** `full` from the stream is a fold of all partitions: it reads only the changes of the table. */
  readonly kind: Kind;
  /** True if it reads only the changes since a snapshot. */
  readonly isContinued: boolean;
}

export interface BackupEstimate {
  /** The price of making the backup once. */
  readonly usd: Span;
  /** The price of a month's storage for the objects that the backup adds. */
  readonly monthlyUsd: Span;
}

/**
 * Estimates a backup of a table of this size. The amount of changes since the last snapshot is unknown, so the span of a
 * backup of changes reaches from no change to a write of every item. S3 requests and the state machine are not counted:
 * together they cost less than a cent for each GB.
 */
export function estimateBackup(size: Size, { source, kind, isContinued }: BackupWay): BackupEstimate {
  const { dynamodb, s3 } = prices;
  const gigabytes = size.bytes / GB;
  if (source === 'native') {
    const storage = computeCost(dynamodb.backup, gigabytes);
    return { usd: { low: 0, high: 0 }, monthlyUsd: { low: storage, high: storage } };
  }
  if (source === 'settings') return { usd: { low: 0, high: 0 }, monthlyUsd: { low: 0, high: 0 } };
  const all: Span = { low: isContinued ? 0 : 1, high: 1 };
  const written: Span = { low: kind === 'full' ? 1 : 0, high: 1 };
  const json = multiplySpan(assumptions.jsonBytes, gigabytes);
  const seconds = multiplySpan(multiplySpan(json, assumptions.materializeSecondsPerGb), written);
  const stored = multiplySpan(multiplySpan(json, assumptions.gzipBytes), written);
  return {
    usd: addSpans(
      estimateReading(size.bytes, source, isContinued, all),
      multiplySpan(seconds, computeCost(prices.lambda.gbSecond, assumptions.functionGb)),
    ),
    monthlyUsd: multiplySpan(stored, computeCost(s3.storage, 1)),
  };
}

/** Estimates what DynamoDB bills for reading a table, or its changes: an old and a new image for each. */
function estimateReading(
  bytes: number,
  source: Exclude<BackupSource, 'native' | 'settings'>,
  isContinued: boolean,
  share: Span,
): Span {
  const span = (price: Price, units: Span): Span => multiplySpan(units, computeCost(price, 1));
  const { dynamodb } = prices;
  if (source === 'scan') return span(dynamodb.readUnit, multiplySpan(share, bytes / 4096));
  const images = isContinued ? 2 * bytes : bytes;
  if (source === 'stream') return span(dynamodb.streamRead, multiplySpan(share, images / 2 ** 20));
  const least = isContinued ? minExportBytes : 0;
  const exported = { low: Math.max(least, images * share.low), high: Math.max(least, images * share.high) };
  return span(dynamodb.export, multiplySpan(exported, 1 / GB));
}
