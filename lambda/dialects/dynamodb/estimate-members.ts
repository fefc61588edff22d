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
  members: { Way: way, Why: { type: 'string', required: true, text: 'Why this way.' } },
} as const;

const bounds = {
  type: 'structure',
  shape: 'EstimateBounds',
  members: {
    Low: { type: 'double', required: true, text: 'The least that can be expected.' },
    High: { type: 'double', required: true, text: 'The most that can be expected.' },
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
      Reason: { type: 'string', text: 'Why it cannot.' },
      Usd: { ...bounds, text: 'What the restore costs, without the table that it creates.' },
      Seconds: {
        ...bounds,
        text: 'How long it takes until all items are there. Global indexes are built later.',
      },
    },
  },
} as const;

export const estimate = {
  type: 'structure',
  shape: 'RestoreEstimate',
  text: 'What the restore would take.',
  members: {
    Items: { type: 'long', required: true, text: 'The number of items in the backup.' },
    Bytes: { type: 'long', required: true, text: 'Their size as DynamoDB measures it.' },
    Ways: ways,
    Choice: { ...choice, required: true, text: 'The way that a restore takes here.' },
    Auto: {
      ...choice,
      required: true,
      text: 'The way that it takes where the configuration leaves the choice.',
    },
    Prices: {
      type: 'structure',
      shape: 'EstimatePrices',
      required: true,
      text: 'The prices that the costs are computed with.',
      members: {
        Region: { type: 'string', required: true, text: 'The region of the prices.' },
        AsOf: { type: 'string', required: true, text: 'The day, or month, of the oldest price.' },
      },
    },
  },
} as const;
