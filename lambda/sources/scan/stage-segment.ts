import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../item/attribute-value.ts';
import { findAnswerTime } from '../../item/answer-time.ts';
import { fromSdk, toSdk } from '../../item/from-sdk.ts';
import { Budget } from '../../jobs/budget.ts';
import { type PartResult, namePart, type Staging } from '../../jobs/staging.ts';
import type { TableIdentity } from '../../model/records.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import { answerSecondMs } from '../../tables/clock-skew.ts';
import { findTable } from '../../tables/table.ts';
import type { SourceServices } from '../source.ts';
import { type StagedFile, StagedFiles } from '../staged-files.ts';
import type { ScanOrigin } from './choose.ts';
import { scanSegment } from './scan-segment.ts';

/** The result of one part of a segment's scan. */
export interface ScanResult extends PartResult {
  readonly files: readonly StagedFile[];
  /** The last key that was read, as DynamoDB JSON; undefined at the segment's end. */
  readonly next: object | undefined;
  /** Epoch ms, by DynamoDB's clock if it is known. */
  readonly endedAt: number;
}

/** One invocation of the task that scans a segment. */
export interface SegmentWork {
  readonly table: TableIdentity;
  readonly staging: Staging;
  /** The segment's number. */
  readonly task: number;
  /** Counts the task's invocations. */
  readonly part: number;
}

/** The name of a segment's task in the staging folder. */
export function scanTask(segment: number): string {
  return `scan/${segment}`;
}

/** Stages one segment of the table, as far as the time budget goes. True once the whole segment is staged. */
export async function stageSegment(
  services: SourceServices,
  { segments }: ScanOrigin,
  work: SegmentWork,
): Promise<boolean> {
  const { staging, task, part } = work;
  const { done } = await staging.publishOnce<ScanResult>(namePart(scanTask(task), part), () =>
    scanPart(services, segments, work),
  );
  return done;
}

async function scanPart(
  services: SourceServices,
  segments: number,
  { table, staging, task, part }: SegmentWork,
): Promise<ScanResult> {
  const { clock, config, dynamodb, ids, store } = services;
  const start = await findStart(staging, task, part);
  const attempt = ids.hex(8);
  const files = new StagedFiles(store, config.limits.stagedFileBytes, (n) =>
    staging.key(`${scanTask(task)}/${part}-${attempt}-${n}.json.gz`),
  );
  const budget = new Budget(clock, config.timeBudgetMs);
  let next: Record<string, AttributeValue> | undefined;
  let endedAt = clock.now();
  for await (const page of scanSegment(dynamodb, table.name, { number: task, of: segments }, start)) {
    for (const item of page.Items ?? []) await files.addItem(item);
    next = page.LastEvaluatedKey;
    endedAt = endOf(page) ?? clock.now();
    if (budget.isSpent()) break;
  }
  await checkSameTable(services, table);
  return {
    done: next === undefined,
    files: await files.close(),
    next: next && fromSdk(next),
    endedAt,
  };
}

/** The end of the second in which DynamoDB answered, epoch ms: its clock dates the stream's records, ours may differ. */
function endOf(page: object): number | undefined {
  const answeredAt = findAnswerTime(page);
  return answeredAt && answeredAt + answerSecondMs;
}

async function findStart(
  staging: Staging,
  task: number,
  part: number,
): Promise<Record<string, AttributeValue> | undefined> {
  if (part === 0) return undefined;
  const { next } = await staging.read<ScanResult>(namePart(scanTask(task), part - 1));
  return next && toSdk(next as Item);
}

/** Checks that the table was not replaced by another of its name during the scan: their items must not be mixed. */
async function checkSameTable({ dynamodb }: SourceServices, { name, tableId }: TableIdentity): Promise<void> {
  const table = await findTable(dynamodb, name);
  if (table?.TableId !== tableId) {
    throw new TidemarkError('TableNotFound', `Table not found: ${name} (it was deleted during the scan)`);
  }
}
