import { GB } from '../../lambda/estimate/prices.ts';
import type { TableDescription } from '../../lambda/model/records.ts';

/** What is reckoned: one table, a backup at the start and one at the end of each day, all of them kept. */
export interface Scenario {
  readonly tableBytes: number;
  readonly itemBytes: number;
  /** The share of the items that changes in a day, each once. */
  readonly churn: number;
  readonly days: number;
}

export const scenario: Scenario = { tableBytes: 100 * GB, itemBytes: 1024, churn: 0.01, days: 30 };

export const itemsOf = ({ tableBytes, itemBytes }: Scenario): number => tableBytes / itemBytes;

/** For the estimate of a restore: a table without indexes. */
export const plainTable: TableDescription = {
  keySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  attributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  createdAt: 0,
  sizeBytes: scenario.tableBytes,
  itemCount: itemsOf(scenario),
  billingMode: 'PAY_PER_REQUEST',
  localSecondaryIndexes: [],
  globalSecondaryIndexes: [],
};

/** What was measured here, of the items of the engine's benchmark (`bench/engine/items.ts`) and docs/benchmarks.md. */
export const measured = {
  /** Lines of DynamoDB JSON by the items' size in DynamoDB. */
  json: 1.67,
  /** Lines by what zstd -3 makes of them, and gzip. */
  zstd: 3.4,
  gzip: 3.1,
  /**
   * CPU seconds to stage a GB of lines: the SDK's client reads pages of 1000 items, which it is answered from memory, and
   * gzip at level 1 is written to memory (`lambda/sources/scan/stage-segment.ts`, `staged-files.ts`).
   */
  stageSecondsPerGb: 60,
  /** CPU seconds to make a base of a GB of lines: 3.3 for 100,000 items of 1,022 bytes. */
  ingestSecondsPerGb: (3.3 * GB) / (100_000 * 1022),
  /** L of docs/benchmarks.md for a GB of lines: 0.6 for 60,000 of them. */
  copySecondsPerGb: (0.6 * GB) / (60_000 * 1022),
  /** An increment of 1 percent from staged files, by L of the whole. */
  increment: 0.08,
} as const;

/** What is taken to be so. Each is named in docs/costs.md. */
export const assumed = {
  /** A function's CPU second does less than one of the machine that measured. */
  slower: 1.5,
  /** An incremental export is billed for the old and the new image of each changed item. */
  exportImages: 2,
  /** How often the machine asks whether an export has ended, and its transitions for each time. */
  exportPolls: 20,
  pollTransitions: 3,
  /** Internal snapshots keep a stream-fed head from growing older than 8 hours. */
  increments: 3,
  /** Of the table; each is one open shard, which is replaced every 4 hours. */
  partitionBytes: 10 * GB,
  shardHours: 4,
  /** Requests for each task beside its data: plan, result. */
  taskRequests: 2,
  /** Requests, invocations and transitions of a backup's other steps together. */
  steps: 20,
  /** Transitions of a Map's child. */
  childTransitions: 4,
  /** A part of a multipart upload, as lambda/storage/s3-store.ts cuts. */
  uploadBytes: 8 * 1024 * 1024,
} as const;
