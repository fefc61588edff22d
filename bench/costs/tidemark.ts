import { assumptions } from '../../lambda/estimate/assumptions.ts';
import { cost, GB, minExportBytes, prices } from '../../lambda/estimate/prices.ts';
import { defaultConfig } from '../../lambda/services/config.ts';
import { chainSteps } from './chain.ts';
import { assumed, itemsOf, measured, type Scenario } from './scenario.ts';
import { baseWork, incrementWork, together, type Work, workUsd } from './work.ts';
import { monthsLeft, type Bill, type Charge } from './bill.ts';

/** What differs between the sources. */
interface Source {
  readonly way: string;
  /** Increments of one day, of which the last is kept. */
  readonly increments: number;
  readonly charges: readonly Charge[];
  /** Calls of DynamoDB. */
  readonly calls: number;
  readonly readBytes: number;
  readonly transitions: number;
}

/** A base by full export, increments by incremental ones. */
export function byExport(scenario: Scenario): Bill {
  const { tableBytes, churn, days } = scenario;
  const windows = days * exportedBytes(tableBytes * churn);
  const polls = (1 + days) * assumed.exportPolls;
  return bill(scenario, {
    way: 'Tidemark, by export',
    increments: 1,
    charges: [
      { what: 'point-in-time recovery of the table', usd: recoveryUsd(scenario) },
      { what: 'full export', usd: cost(prices.dynamodb.export, tableBytes / GB) },
      { what: 'incremental exports', usd: cost(prices.dynamodb.export, windows / GB) },
    ],
    calls: polls + 1 + days,
    readBytes: tableBytes + windows,
    transitions: polls * assumed.pollTransitions,
  });
}

/** Of an incremental export, as it is billed. */
export function exportedBytes(changedBytes: number): number {
  return Math.max(minExportBytes, changedBytes * assumed.exportImages);
}

/** A base by scan, increments by the stream. */
export function byStream(scenario: Scenario): Bill {
  const { tableBytes, churn, days } = scenario;
  const changes = 2 * tableBytes * churn;
  const pages = days * streamPages(scenario);
  const scanCalls = Math.ceil(tableBytes / 1024 ** 2);
  const readBytes = tableBytes + days * changes;
  return bill(scenario, {
    way: 'Tidemark, by stream',
    increments: assumed.increments,
    charges: [
      { what: 'scan of the table', usd: cost(prices.dynamodb.readUnit, tableBytes / 4096) },
      { what: 'reading the stream', usd: cost(prices.dynamodb.streamRead, pages) },
      { what: 'staging what was read, in functions', usd: stagingUsd(readBytes * measured.json) },
    ],
    calls: scanCalls + pages,
    readBytes,
    transitions: 0,
  });
}

/** An export's lines are staged by DynamoDB. */
function stagingUsd(lineBytes: number): number {
  const seconds = measured.stageSecondsPerGb * assumed.slower * (lineBytes / GB);
  return cost(prices.lambda.gbSecond, seconds * assumptions.functionGb);
}

/** Calls of GetRecords in a day: pages of 1000 records or 1 MB, and for each shard the empty ones that end a reading. */
export function streamPages(scenario: Scenario): number {
  const records = itemsOf(scenario) * scenario.churn;
  const full = Math.ceil(Math.max(records / 1000, (2 * scenario.tableBytes * scenario.churn) / 1024 ** 2));
  const open = Math.ceil(scenario.tableBytes / assumed.partitionBytes);
  const shards = open * (24 / assumed.increments / assumed.shardHours);
  return full + assumed.increments * shards * defaultConfig.emptyPages;
}

export function recoveryUsd({ tableBytes, days }: Scenario): number {
  return cost(prices.dynamodb.recovery, (tableBytes / GB) * (days / 30));
}

function bill(scenario: Scenario, source: Source): Bill {
  const { days, tableBytes, churn } = scenario;
  const lines = tableBytes * measured.json;
  const increments = source.increments * days;
  const changed = (2 * lines * churn) / source.increments;
  const steps = chainSteps(increments, churn / source.increments, source.increments);
  const base = baseWork(lines);
  const works = steps.map(({ written }) => incrementWork(lines, changed, written * lines));
  const work = together([base, ...works]);
  const machine = { ...work, transitions: work.transitions + source.transitions };
  const stored = lines / measured.zstd;
  const live = (steps.at(-1)?.live ?? 1) * stored;
  const later = works.map((each, i) =>
    storedFor(each, (steps[i]?.written ?? 0) * stored, i + 1, increments, days),
  );
  const monthsOfBytes =
    storedFor(base, stored, 0, increments, days) + later.reduce((sum, each) => sum + each, 0);
  return {
    way: source.way,
    storedBytes: live,
    readBytes: source.readBytes,
    requests: work.puts + work.gets + source.calls,
    charges: [
      ...source.charges,
      { what: 'S3 storage', usd: cost(prices.s3.storage, monthsOfBytes / GB) },
      { what: 'S3 requests, functions, state machine', usd: workUsd(machine) },
    ],
    keepUsd: cost(prices.s3.storage, live / GB),
  };
}

/**
 * Byte-months until the end of what the increment of this number stores: its staging, and its run, which is billed until
 * then also if only an internal snapshot needed it: the bucket keeps for 30 days what the sweep deletes.
 */
function storedFor(
  { stagedBytes }: Work,
  runBytes: number,
  number: number,
  increments: number,
  days: number,
): number {
  const left = monthsLeft(number / increments, days);
  return stagedBytes * Math.min(left, assumptions.stagedMonths) + runBytes * left;
}
