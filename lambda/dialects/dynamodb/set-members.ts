import { maxSetName } from '../../model/sets.ts';
import { maxLength, maxValue, minLength, minValue, oneOf } from './constraints.ts';
import { tidemarkDetails } from './extensions.ts';

/** The members of requests and answers about backup sets. */

const count = { type: 'long', required: true } as const;

export const setName = {
  type: 'string',
  constraints: [minLength(1), maxLength(maxSetName)],
  text: 'The name of the backup set. Sets of one name are a series.',
} as const;

const setId = {
  type: 'long',
  constraints: [minValue(1), maxValue(10 ** 15 - 1)],
  text: 'The number of the backup set.',
} as const;

/** What identifies a set. */
export const setKeyMembers = {
  SetName: { ...setName, required: true },
  SetId: { ...setId, required: true },
} as const;

const setStatus = {
  type: 'string',
  constraints: [oneOf('CREATING', 'AVAILABLE', 'PARTIAL', 'FAILED')],
  text: 'AVAILABLE: all tables have a backup. PARTIAL: some have one. FAILED: none has one.',
} as const;

/** A set as a list shows it. */
export const setSummary = {
  ...setKeyMembers,
  SetStatus: { ...setStatus, required: true },
  CreationDateTime: { type: 'timestamp', required: true, text: 'When it was requested.' },
  EndDateTime: { type: 'timestamp', text: 'When its last backup ended and this was noticed.' },
  ExpiryDateTime: { type: 'timestamp', text: 'When it is deleted with all of its backups.' },
  TableNames: { type: 'list', required: true, of: { type: 'string' }, text: 'Its tables.' },
  GroupName: { type: 'string', text: 'The table group that was requested.' },
  Kind: tidemarkDetails.Kind,
  Comment: tidemarkDetails.Comment,
  DataSink: tidemarkDetails.DataSink,
  RequestedBy: tidemarkDetails.RequestedBy,
  Figures: {
    type: 'structure',
    shape: 'BackupSetFigures',
    text: 'The sums over its backups, once it has ended.',
    members: {
      Items: { ...count, text: 'Items in its tables.' },
      Bytes: { ...count, text: 'Their size as DynamoDB measures it.' },
      CopiedBytes: { ...count, text: 'Bytes that the set added to the store.' },
    },
  },
  Percent: { type: 'integer', text: 'How much of the work is done, by the sizes of the tables.' },
} as const;

/** A set as its description shows it. */
export const backupSet = {
  type: 'structure',
  shape: 'BackupSet',
  text: 'A backup set: the backups that one request made of several tables.',
  members: {
    ...setSummary,
    Members: {
      type: 'list',
      required: true,
      text: 'Its tables, each with its backup or the reason why it has none.',
      of: {
        type: 'structure',
        shape: 'BackupSetMember',
        members: {
          TableName: { type: 'string', required: true, text: 'The table.' },
          MemberStatus: {
            type: 'string',
            required: true,
            constraints: [oneOf('WAITING', 'CREATING', 'AVAILABLE', 'FAILED', 'DELETED')],
            text: 'The status of its backup. WAITING: it is not requested yet.',
          },
          BackupArn: { type: 'string', text: 'The ARN of its backup.' },
          Kind: tidemarkDetails.Kind,
          Reason: { type: 'string', text: 'Why it has no backup.' },
        },
      },
    },
  },
} as const;
