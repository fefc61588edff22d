import { assumptions } from '../../lambda/estimate/assumptions.ts';
import { computeCost, GB, minExportBytes, prices } from '../../lambda/estimate/prices.ts';
import { defaultConfig } from '../../lambda/services/config.ts';
import { planChain } from './chain.ts';
import { assumed, itemsOf, measured, type Scenario } from './scenario.ts';
import { planBase, planIncrement, addWork, type Work, computeWorkUsd } from './work.ts';
import { monthsUntilEnd, type Bill, type Charge } from './bill.ts';

/** The differences between the ways to read a table. */
interface Source {
  readonly way: string;
  /** The increments of one day. The last one is kept. */
  readonly increments: number;
  readonly charges: readonly Charge[];
  /** The calls of DynamoDB. */
  readonly calls: number;
  readonly readBytes: number;
  readonly transitions: number;
}

/** Bills backups by exports: a full export for the base, incremental exports for the increments. */
export function billExport(scenario: Scenario): Bill {
  const { tableBytes, churn, days } = scenario;
  const windows = days * computeExportBytes(tableBytes * churn);
  const polls = (1 + days) * assumed.exportPolls;
  return billSource(scenario, {
    way: 'Tidemark, by export',
    increments: 1,
    charges: [
      { what: 'point-in-time recovery of the table', usd: computeRecoveryUsd(scenario) },
      { what: 'full export', usd: computeCost(prices.dynamodb.export, tableBytes / GB) },
      { what: 'incremental exports', usd: computeCost(prices.dynamodb.export, windows / GB) },
    ],
    calls: polls + 1 + days,
    readBytes: tableBytes + windows,
    transitions: polls * assumed.pollTransitions,
  });
}

/** The billed bytes of an incremental export. */
export function computeExportBytes(changedBytes: number): number {
  return Math.max(minExportBytes, changedBytes * assumed.exportImages);
}

/** Bills backups by the stream: a scan for the base, the stream for the increments. */
export function billStream(scenario: Scenario): Bill {
  const { tableBytes, churn, days } = scenario;
  const changes = 2 * tableBytes * churn;
  const pages = days * countStreamPages(scenario);
  const scanCalls = Math.ceil(tableBytes / 1024 ** 2);
  const readBytes = tableBytes + days * changes;
  return billSource(scenario, {
    way: 'Tidemark, by stream',
    increments: assumed.increments,
    charges: [
      { what: 'scan of the table', usd: computeCost(prices.dynamodb.readUnit, tableBytes / 4096) },
      { what: 'reading the stream', usd: computeCost(prices.dynamodb.streamRead, pages) },
      { what: 'staging what was read, in functions', usd: computeStagingUsd(readBytes * measured.json) },
    ],
    calls: scanCalls + pages,
    readBytes,
    transitions: 0,
  });
}

/** The price of staging lines in functions. (DynamoDB stages the lines of an export itself.) */
function computeStagingUsd(lineBytes: number): number {
  const seconds = measured.stageSecondsPerGb * assumed.slower * (lineBytes / GB);
  return computeCost(prices.lambda.gbSecond, seconds * assumptions.functionGb);
}

/** Counts the calls of GetRecords in a day: pages of 1000 records or 1 MB, and for each shard the empty pages at the end. */
export function countStreamPages(scenario: Scenario): number {
  const records = itemsOf(scenario) * scenario.churn;
  const full = Math.ceil(Math.max(records / 1000, (2 * scenario.tableBytes * scenario.churn) / 1024 ** 2));
  const open = Math.ceil(scenario.tableBytes / assumed.partitionBytes);
  const shards = open * (24 / assumed.increments / assumed.shardHours);
  return full + assumed.increments * shards * defaultConfig.emptyPages;
}

/** The price of point-in-time recovery. */
export function computeRecoveryUsd({ tableBytes, days }: Scenario): number {
  return computeCost(prices.dynamodb.recovery, (tableBytes / GB) * (days / 30));
}

function billSource(scenario: Scenario, source: Source): Bill {
  const { days, tableBytes, churn } = scenario;
  const lines = tableBytes * measured.json;
  const increments = source.increments * days;
  const changed = (2 * lines * churn) / source.increments;
  const steps = planChain(increments, churn / source.increments, source.increments);
  const base = planBase(lines);
  const works = steps.map(({ written }) => planIncrement(lines, changed, written * lines));
  const work = addWork([base, ...works]);
  const machine = { ...work, transitions: work.transitions + source.transitions };
  const stored = lines / measured.zstd;
  const live = (steps.at(-1)?.live ?? 1) * stored;
  const later = works.map((each, i) =>
    byteMonthsOf(each, (steps[i]?.written ?? 0) * stored, i + 1, increments, days),
  );
  const monthsOfBytes =
    byteMonthsOf(base, stored, 0, increments, days) + later.reduce((sum, each) => sum + each, 0);
  return {
    way: source.way,
    storedBytes: live,
    readBytes: source.readBytes,
    requests: work.puts + work.gets + source.calls,
    charges: [
      ...source.charges,
      { what: 'S3 storage', usd: computeCost(prices.s3.storage, monthsOfBytes / GB) },
      { what: 'S3 requests, functions, state machine', usd: computeWorkUsd(machine) },
    ],
    keepUsd: computeCost(prices.s3.storage, live / GB),
  };
}

/**
 * Computes the byte-months of the objects of the increment with this number: its staging, and its run until the end. This is
 * also right for a run that only an internal snapshot needed, because the bucket keeps deleted objects for 30 days.
 */
function byteMonthsOf(
  { stagedBytes }: Work,
  runBytes: number,
  number: number,
  increments: number,
  days: number,
): number {
  const months = monthsUntilEnd(number / increments, days);
  return stagedBytes * Math.min(months, assumptions.stagedMonths) + runBytes * months;
}
