import type { Figures, TableDescription } from '../model/records.ts';
import { assumptions } from './assumptions.ts';
import { cost, GB, prices } from './prices.ts';
import { plus, type Span, times } from './span.ts';

/** What a backup holds, of its record. */
export type Size = Pick<Figures, 'items' | 'bytes'>;

export interface WayEstimate {
  /** Of the restore itself; the table that it makes is billed as any other. */
  readonly usd: Span;
  /** Until all items are there. The global indexes are built after that, in a time that nothing is known of. */
  readonly seconds: Span;
}

/**
 * By writes of Tidemark's functions to an on-demand table. S3 requests and the state machine are left out: together they
 * are less than a cent for each GB.
 */
export function estimateWrites(size: Size, target: TableDescription): WayEstimate {
  const units = times(writeUnits(size), { low: 1, high: 1 + target.localSecondaryIndexes.length });
  const workers = workersFor(size.bytes);
  const { itemsPerSecond, tableUnitsPerSecond, writesBegin } = assumptions;
  const seconds = {
    low: Math.max(size.items / (workers * itemsPerSecond.high), units.low / tableUnitsPerSecond.high),
    high: Math.max(size.items / (workers * itemsPerSecond.low), units.high / tableUnitsPerSecond.low),
  };
  return {
    usd: plus(
      times(units, cost(prices.dynamodb.writeUnit, 1)),
      functionsUsd(times(seconds, workers)),
      indexesUsd(size, target),
    ),
    seconds: plus(writesBegin, seconds),
  };
}

/**
 * By an import job of DynamoDB's, of objects that Tidemark's functions write for it, and that are paid for as long as the
 * bucket keeps them. S3 requests are left out.
 */
export function estimateImport(size: Size, target: TableDescription): WayEstimate {
  const { gzipBytes, importBegins, importSecondsPerGb, materializeSecondsPerGb, stagedMonths } = assumptions;
  const gigabytes = times(jsonBytes(size), 1 / GB);
  const work = times(gigabytes, materializeSecondsPerGb);
  return {
    usd: plus(
      times(gigabytes, cost(prices.dynamodb.import, 1)),
      functionsUsd(work),
      times(times(gigabytes, gzipBytes), cost(prices.s3.storage, stagedMonths)),
      indexesUsd(size, target),
    ),
    seconds: plus(
      times(work, 1 / workersFor(size.bytes)),
      importBegins,
      times(gigabytes, importSecondsPerGb),
    ),
  };
}

/**
 * One for each KB of an item that is begun: at least one for each item and for each KB of all, and less than both of
 * these together, whatever the sizes of the single items are.
 */
export function writeUnits({ items, bytes }: Size): Span {
  const kilobytes = Math.ceil(bytes / 1024);
  return { low: Math.max(items, kilobytes), high: items + kilobytes };
}

/** The lines of an import before compression, which is what is billed. */
function jsonBytes({ items, bytes }: Size): Span {
  const frames = items * assumptions.lineBytes;
  return plus(times(assumptions.jsonBytes, bytes), { low: frames, high: frames });
}

/**
 * DynamoDB writes every entry of a global index when it is added to the loaded table, as both ways do. An index may have
 * no entries, and at the most all that the table has.
 */
function indexesUsd(size: Size, { globalSecondaryIndexes }: TableDescription): Span {
  const most = writeUnits(size).high * globalSecondaryIndexes.length;
  return { low: 0, high: cost(prices.dynamodb.writeUnit, most) };
}

function functionsUsd(seconds: Span): Span {
  return times(seconds, cost(prices.lambda.gbSecond, assumptions.functionGb));
}

function workersFor(bytes: number): number {
  return Math.min(assumptions.functions, Math.max(1, Math.ceil(bytes / assumptions.functionBytes)));
}
