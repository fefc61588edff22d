import { GB } from '../../lambda/estimate/prices.ts';
import type { TableDescription } from '../../lambda/model/records.ts';

/** The computed case: one table, with a backup at the start and at the end of each day. All backups are kept. */
export interface Scenario {
  readonly tableBytes: number;
  readonly itemBytes: number;
  /** The share of the items that change in a day, each once. */
  readonly churn: number;
  readonly days: number;
}

export const scenario: Scenario = { tableBytes: 100 * GB, itemBytes: 1024, churn: 0.01, days: 30 };

export const itemsOf = ({ tableBytes, itemBytes }: Scenario): number => tableBytes / itemBytes;

/** The restored table for the estimate of a restore: without indexes. */
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

/** The figures that were measured with the items of the engine's benchmark (`bench/engine/items.ts`; docs/benchmarks.md). */
export const measured = {
  /** The bytes of DynamoDB JSON for each byte of an item's size in DynamoDB. */
  json: 1.67,
  /** How many times smaller zstd -3 and gzip make the lines. */
  zstd: 3.4,
  gzip: 3.1,
  /**
   * The CPU seconds to stage a GB of lines: the SDK's client reads pages of 1000 items from memory, and gzip at level 1
   * writes to memory (`lambda/sources/scan/stage-segment.ts`, `lambda/sources/staged-files.ts`).
   */
  stageSecondsPerGb: 60,
  /** The CPU seconds to make a base from a GB of lines: 3.3 for 100,000 items of 1,022 bytes. */
  ingestSecondsPerGb: (3.3 * GB) / (100_000 * 1022),
  /** L of docs/benchmarks.md for a GB of lines: 0.6 CPU seconds for 60,000 lines. */
  copySecondsPerGb: (0.6 * GB) / (60_000 * 1022),
  /** The CPU time of an increment of 1 percent, from staged files, as a share of L for the whole table. */
  increment: 0.08,
} as const;

/** The assumptions. docs/costs.md names each of them. */
export const assumed = {
  /** How many CPU seconds a function needs for a CPU second of the machine that measured. */
  slower: 1.5,
  /** An incremental export is billed for the old and the new image of each changed item. */
  exportImages: 2,
  /** How often the state machine checks whether an export has ended, and its transitions for each check. */
  exportPolls: 20,
  pollTransitions: 3,
  /** The increments of a day: every 8 hours an internal snapshot moves a head forward that ends in a stream. */
  increments: 3,
  /** The size of a partition of the table. Each has one open shard, which is replaced every `shardHours`. */
  partitionBytes: 10 * GB,
  shardHours: 4,
  /** The requests of each task in addition to those for its data: plan and result. */
  taskRequests: 2,
  /** The requests, and also the invocations and the transitions, of a backup's other steps together. */
  steps: 20,
  /** The transitions of a Map's child. */
  childTransitions: 4,
  /** The size of a part of a multipart upload, as in lambda/storage/s3-store.ts. */
  uploadBytes: 8 * 1024 * 1024,
} as const;
