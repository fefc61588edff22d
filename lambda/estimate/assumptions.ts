/**
 * All figures that the estimates use, except prices. A span holds the lowest and the highest value that was measured,
 * reported or promised. The less is known, the wider the span.
 */
export const assumptions = {
  /** How many functions of a restore work at the same time: the default of the deployment's `maxConcurrency`. */
  functions: 40,
  /** The memory of a function: `lib/functions/tidemark-function.ts`. */
  functionGb: 1769 / 1024,
  /** The bytes that one function restores: a quarter of a partition, as in `lambda/restore/plan-restore.ts`. */
  functionBytes: 64 * 1024 * 1024,

  /** How many items of about 1 KB one function writes in a second, in 8 concurrent calls of 25 items. Not measured on AWS. */
  itemsPerSecond: { low: 1000, high: 4000 },
  /**
   * The write units that a new on-demand table accepts in a second at first, and the default quota of a table. Source:
   * "DynamoDB on-demand capacity mode" and "Quotas in Amazon DynamoDB", DynamoDB Developer Guide.
   */
  tableUnitsPerSecond: { low: 4000, high: 40_000 },
  /** The seconds until the table exists, and for the steps of the state machine. Not measured on AWS. */
  writesBegin: { low: 20, high: 120 },

  /**
   * The bytes of DynamoDB JSON for each byte of an item's size in DynamoDB: JSON adds the type's name and quotes to each
   * attribute. The items of the bench have 1.67. Items with many short attributes have more.
   */
  jsonBytes: { low: 1, high: 2.5 },
  /** The bytes that JSON adds to each item: `{"Item":{}}` and the line end. */
  lineBytes: 12,
  /**
   * The CPU seconds to read, merge, count and write a GB of JSON. Its gzip alone takes 26 seconds on the bench's machine.
   * Not measured on AWS.
   */
  materializeSecondsPerGb: { low: 40, high: 120 },
  /**
   * The compressed bytes for each byte of JSON, by gzip at level 1: 0.35 for items of the bench, a tenth for repetitive
   * text, three quarters for random bytes, which JSON holds as base64.
   */
  gzipBytes: { low: 0.1, high: 0.75 },
  /**
   * How long staged objects are billed: three days. The daily sweep deletes them after their backup or restore has ended,
   * the bucket keeps deleted objects for another day, and S3 takes up to a day to notice.
   */
  stagedMonths: 3 / 30,
  /**
   * The seconds that a tiny import takes: 2 minutes for one row (github.com/http4k/http4k-connect/pull/203), nearly 4 for a
   * test's data (github.com/hashicorp/terraform-provider-aws/pull/27253), and more than twice that for safety.
   */
  importBegins: { low: 120, high: 600 },
  /**
   * The seconds that each GB adds. DynamoDB makes no promise. A user reported "up to 2 hours" for 10 GB
   * (github.com/hashicorp/terraform-provider-aws/issues/27250). The lower figure, a TB in an hour and a half, is a guess.
   */
  importSecondsPerGb: { low: 5, high: 720 },
} as const;
