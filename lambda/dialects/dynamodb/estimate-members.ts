import { oneOf } from './constraints.ts';

/** The estimate of a restore, in the answer to EstimateRestore and to the dry run of a restore. */

const way = {
  type: 'string',
  required: true,
  constraints: [oneOf('IMPORT', 'WRITES')],
  text: 'By an import of files in the bucket, or by writes.',
} as const;

export const choice = {
  type: 'structure',
  shape: 'RestoreChoice',
  members: { Way: way, Why: { type: 'string', required: true, text: 'Why this way was chosen.' } },
} as const;

/** A figure that an estimate can only bound. */
export const bounds = {
  type: 'structure',
  shape: 'EstimateBounds',
  members: {
    Low: { type: 'double', required: true, text: 'The lowest expected value.' },
    High: { type: 'double', required: true, text: 'The highest expected value.' },
  },
} as const;

const ways = {
  type: 'list',
  required: true,
  text: 'The ways in which the table may get its items.',
  of: {
    type: 'structure',
    shape: 'RestoreWay',
    members: {
      Way: way,
      Possible: { type: 'boolean', required: true, text: 'Whether this backup can be restored in this way.' },
      Reason: { type: 'string', text: 'Why the backup cannot be restored in this way.' },
      Usd: { ...bounds, text: 'The cost of the restore, without the table that it creates.' },
      Seconds: {
        ...bounds,
        text: 'The time until all items are in the table. Global indexes are built later.',
      },
    },
  },
} as const;

export const estimate = {
  type: 'structure',
  shape: 'RestoreEstimate',
  text: 'The estimated time and cost of the restore.',
  members: {
    Items: { type: 'long', required: true, text: 'The number of items in the backup.' },
    Bytes: { type: 'long', required: true, text: 'The size of the items as DynamoDB measures it.' },
    Ways: ways,
    Choice: { ...choice, required: true, text: 'The way that a restore takes here.' },
    Auto: {
      ...choice,
      required: true,
      text: 'The way that a restore takes if the configuration does not fix one.',
    },
    Prices: {
      type: 'structure',
      shape: 'EstimatePrices',
      required: true,
      text: 'The prices from which the costs are computed.',
      members: {
        Region: { type: 'string', required: true, text: 'The region of the prices.' },
        AsOf: { type: 'string', required: true, text: 'The day, or month, of the oldest price.' },
      },
    },
  },
} as const;
