/**
 * What estimates rest on besides prices, one figure in one place. A span is what was seen or promised at the least and
 * at the most; its width is how little is known.
 */
export const assumptions = {
  /** Functions of a restore that work at the same time: the default of the deployment's `maxConcurrency`. */
  functions: 40,
  /** What a function that works has: `lib/functions/tidemark-function.ts`. */
  functionGb: 1769 / 1024,
  /** Bytes that make it worth a function more: a quarter of a partition, as `lambda/restore/plan-restore.ts` cuts. */
  functionBytes: 64 * 1024 * 1024,

  /** Items of about 1 KB that one function writes in a second: 8 calls of 25 items at once. Not measured on AWS. */
  itemsPerSecond: { low: 1000, high: 4000 },
  /**
   * Write units that a new on-demand table takes in a second at the start, and the default quota of a table. Source:
   * "DynamoDB on-demand capacity mode" and "Quotas in Amazon DynamoDB", DynamoDB Developer Guide.
   */
  tableUnitsPerSecond: { low: 4000, high: 40_000 },
  /** Seconds until there is a table, and for the steps of the machine. Not measured on AWS. */
  writesBegin: { low: 20, high: 120 },

  /**
   * Bytes of DynamoDB JSON by the items' size in DynamoDB: each attribute has its type's name and quotes. Bench items have
   * 1.67; many short attributes make it more.
   */
  jsonBytes: { low: 1, high: 2.5 },
  /** What each line has besides: `{"Item":{}}` and its end. */
  lineBytes: 12,
  /**
   * CPU seconds for a GB of JSON: read, merged, counted, written with gzip, which alone takes 26 here. Not measured on AWS.
   */
  materializeSecondsPerGb: { low: 40, high: 120 },
  /**
   * What gzip at level 1 leaves of a byte of JSON: 0.35 of bench items; a tenth of much the same text, three quarters of
   * random bytes, which are base64.
   */
  gzipBytes: { low: 0.1, high: 0.75 },
  /**
   * Staged objects are billed for three days: the daily sweep deletes them when their backup or restore has ended, the
   * bucket keeps them for a day more, and S3 takes up to a day to see that.
   */
  stagedMonths: 3 / 30,
  /**
   * Seconds of an import job of next to nothing: 2 minutes for one row (github.com/http4k/http4k-connect/pull/203), nearly
   * 4 for a test's (github.com/hashicorp/terraform-provider-aws/pull/27253), more than twice that for safety.
   */
  importBegins: { low: 120, high: 600 },
  /**
   * Seconds for each GB more. DynamoDB promises nothing; "up to 2 hours" for 10 GB is reported
   * (github.com/hashicorp/terraform-provider-aws/issues/27250). The lower figure, a TB in an hour and a half, is a guess.
   */
  importSecondsPerGb: { low: 5, high: 720 },
} as const;
