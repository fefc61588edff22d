import { bounds } from './estimate-members.ts';
import { tidemarkDetails } from './extensions.ts';

/** The plan of a backup set. */
export const setPlan = {
  type: 'structure',
  shape: 'BackupSetPlan',
  text: 'What a backup set would be.',
  members: {
    Items: { type: 'long', required: true, text: 'Items in the tables, as DynamoDB counted them last.' },
    Bytes: { type: 'long', required: true, text: 'Their size.' },
    Usd: { ...bounds, required: true, text: 'The price of the backups, in US dollars.' },
    MonthlyUsd: { ...bounds, required: true, text: 'The price of a month of what they add to the store.' },
    Tables: {
      type: 'list',
      required: true,
      text: 'The plan for each table.',
      of: {
        type: 'structure',
        shape: 'BackupPlan',
        members: {
          TableName: { type: 'string', required: true, text: 'The table.' },
          Kind: tidemarkDetails.Kind,
          Source: tidemarkDetails.Source,
          Why: tidemarkDetails.Why,
          Reason: { type: 'string', text: 'Why it could not be backed up.' },
        },
      },
    },
  },
} as const;
