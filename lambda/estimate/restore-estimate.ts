import type { Figures, TableDescription } from '../model/records.ts';
import { assumptions } from './assumptions.ts';
import { computeCost, GB, prices } from './prices.ts';
import { addSpans, multiplySpan, type Span } from './span.ts';

/** The size of a backup's content, from its record. */
export type Size = Pick<Figures, 'items' | 'bytes'>;

/**
 * The cost and the duration of a restore by one way.
 *
 * In come the size of the backup and the settings of the target. `prices.ts` has AWS's prices, `assumptions.ts` all other
 * figures. Out come spans, because much is unknown.
 */
export interface WayEstimate {
  /** The price of the restore itself. The restored table is then billed like any other. */
  readonly usd: Span;
  /** The time until all items are in the table. Building the global indexes comes after that, for an unknown time. */
  readonly seconds: Span;
}

/**
 * Estimates a restore by writes of Tidemark's functions to an on-demand table. S3 requests and the state machine are not
 * counted: together they cost less than a cent for each GB.
 */
export function estimateWrites(size: Size, target: TableDescription): WayEstimate {
  const units = multiplySpan(estimateWriteUnits(size), {
    low: 1,
    high: 1 + target.localSecondaryIndexes.length,
  });
  const workers = estimateWorkers(size.bytes);
  const { itemsPerSecond, tableUnitsPerSecond, writesBegin } = assumptions;
  const seconds = {
    low: Math.max(size.items / (workers * itemsPerSecond.high), units.low / tableUnitsPerSecond.high),
    high: Math.max(size.items / (workers * itemsPerSecond.low), units.high / tableUnitsPerSecond.low),
  };
  return {
    usd: addSpans(
      multiplySpan(units, computeCost(prices.dynamodb.writeUnit, 1)),
      estimateFunctionsUsd(multiplySpan(seconds, workers)),
      estimateIndexesUsd(size, target),
    ),
    seconds: addSpans(writesBegin, seconds),
  };
}

/**
 * Estimates a restore by an import job of DynamoDB. Tidemark's functions write the objects for it, which are billed as long
 * as the bucket keeps them. S3 requests are not counted.
 */
export function estimateImport(size: Size, target: TableDescription): WayEstimate {
  const { gzipBytes, importBegins, importSecondsPerGb, materializeSecondsPerGb, stagedMonths } = assumptions;
  const gigabytes = multiplySpan(estimateJsonBytes(size), 1 / GB);
  const work = multiplySpan(gigabytes, materializeSecondsPerGb);
  return {
    usd: addSpans(
      multiplySpan(gigabytes, computeCost(prices.dynamodb.import, 1)),
      estimateFunctionsUsd(work),
      multiplySpan(multiplySpan(gigabytes, gzipBytes), computeCost(prices.s3.storage, stagedMonths)),
      estimateIndexesUsd(size, target),
    ),
    seconds: addSpans(
      multiplySpan(work, 1 / estimateWorkers(size.bytes)),
      importBegins,
      multiplySpan(gigabytes, importSecondsPerGb),
    ),
  };
}

/**
 * Estimates the write units of all items. An item takes one unit for each KB or part of a KB. So, for any sizes of the
 * items, the sum is at least the number of items, at least the number of KB, and less than both numbers together.
 */
export function estimateWriteUnits({ items, bytes }: Size): Span {
  const kilobytes = Math.ceil(bytes / 1024);
  return { low: Math.max(items, kilobytes), high: items + kilobytes };
}

/** Estimates the bytes of an import before compression, which DynamoDB bills. */
function estimateJsonBytes({ items, bytes }: Size): Span {
  const frames = items * assumptions.lineBytes;
  return addSpans(multiplySpan(assumptions.jsonBytes, bytes), { low: frames, high: frames });
}

/**
 * Estimates the price of the global indexes. Both ways add them to the loaded table, and DynamoDB then writes their
 * entries. An index may have no entries, or one for each item.
 */
function estimateIndexesUsd(size: Size, { globalSecondaryIndexes }: TableDescription): Span {
  const maxUnits = estimateWriteUnits(size).high * globalSecondaryIndexes.length;
  return { low: 0, high: computeCost(prices.dynamodb.writeUnit, maxUnits) };
}

function estimateFunctionsUsd(seconds: Span): Span {
  return multiplySpan(seconds, computeCost(prices.lambda.gbSecond, assumptions.functionGb));
}

function estimateWorkers(bytes: number): number {
  return Math.min(assumptions.functions, Math.max(1, Math.ceil(bytes / assumptions.functionBytes)));
}
