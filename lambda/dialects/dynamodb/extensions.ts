import { oneOf, pattern } from './constraints.ts';
import { choice, estimate } from './estimate-members.ts';
import type { Members } from './members.ts';
import { kindForm } from './option-members.ts';

/** The members that Tidemark adds to structures of DynamoDB's API. Clients ignore members that they do not know. */

const count = { type: 'long', required: true } as const;

export const restoreStatus = {
  type: 'string',
  constraints: [oneOf('RESTORING', 'RESTORED', 'FAILED')],
  text: 'Whether the restore is running, has succeeded or has failed.',
} as const;

export const tidemarkDetails = {
  Kind: {
    ...kindForm,
    text: 'The stored content: the whole table, or the changes since the last snapshot or since the last full one.',
  },
  Source: {
    type: 'string',
    constraints: [oneOf('EXPORT', 'STREAM', 'SCAN', 'SETTINGS', 'NATIVE')],
    text: "Where the content comes from: DynamoDB's export of the table, the table's stream, or a scan of it; or NATIVE, if DynamoDB makes and keeps the backup.",
  },
  Parent: { type: 'string', text: 'The id of the backup whose snapshot the changes were applied to.' },
  Why: {
    type: 'list',
    of: { type: 'string' },
    text: 'Why the backup has this source and parent, and why others were passed over.',
  },
  Cut: {
    type: 'structure',
    shape: 'TidemarkCut',
    text: 'Where the content ends in the history of changes.',
    members: { Time: { type: 'timestamp', required: true, text: 'The time of the content.' } },
  },
  Figures: {
    type: 'structure',
    shape: 'TidemarkFigures',
    text: 'The copied content and the time that this took.',
    members: {
      Items: { ...count, text: 'The number of items in the table.' },
      Bytes: { ...count, text: 'The size of the items as DynamoDB measures it.' },
      CopiedBytes: { ...count, text: 'Bytes that this backup added to the store.' },
      CopiedFiles: { ...count, text: 'Files that this backup added to the store.' },
      CopiedRecords: { ...count, text: 'Puts and deletions that this backup added to the store.' },
      DurationsMs: { type: 'map', of: { type: 'long' }, text: 'Milliseconds by phase.' },
    },
  },
  Digest: {
    type: 'string',
    constraints: [pattern('[0-9a-f]{32}')],
    text: 'A checksum of the content that does not depend on the order of items.',
  },
  Reason: { type: 'string', text: 'Why the backup failed.' },
  Comment: { type: 'string', text: "The caller's note." },
  DataSink: { type: 'string', text: "The data sink that holds it. Absent: the deployment's own bucket." },
  RequestedBy: { type: 'string', text: 'The ARN of the caller.' },
  DeletedBy: {
    type: 'string',
    text: 'The ARN of the caller who deleted the backup, or `expiry`.',
  },
  DeletedDateTime: { type: 'timestamp', text: 'When the backup was deleted.' },
  Restores: {
    type: 'list',
    text: 'The newest restores of the backup, at most 10, and for each target only the latest one. Only DescribeBackup shows them.',
    of: {
      type: 'structure',
      shape: 'BackupRestore',
      members: {
        RestoreId: { type: 'string', required: true, text: 'The id of the restore.' },
        TargetTableName: {
          type: 'string',
          required: true,
          text: 'The table that the restore creates. DescribeRestore has the details.',
        },
        RestoreStatus: { ...restoreStatus, required: true },
        Reason: { type: 'string', text: 'Why the restore failed, or what is in doubt.' },
      },
    },
  },
  Damage: {
    type: 'structure',
    shape: 'BackupDamage',
    text: 'Damage that was found in the stored objects of the backup: a restore of it may fail. Only DescribeBackup shows it.',
    members: {
      Reason: { type: 'string', required: true, text: 'The damage that was found.' },
      SeenDateTime: { type: 'timestamp', required: true, text: 'When the damage was first found.' },
    },
  },
  NativeBackupArn: { type: 'string', text: "DynamoDB's own ARN of a backup that it keeps." },
} as const;

/** The progress or the outcome of a restore. */
export const progressMembers = {
  RestoreStatus: restoreStatus,
  Reason: { type: 'string', text: 'Why the restore failed, or what is in doubt.' },
  Choice: { ...choice, text: 'The way that the restore takes, once it has chosen one.' },
  Import: {
    type: 'structure',
    shape: 'RestoreImport',
    text: 'The import by which DynamoDB makes the table, and its progress.',
    members: {
      ImportArn: { type: 'string', required: true, text: "DynamoDB's ARN of the import." },
      ProcessedItemCount: { ...count, text: 'Items that the import has read.' },
      ProcessedSizeBytes: { ...count, text: 'Bytes that the import has read, before compression.' },
    },
  },
} as const;

export const tidemarkRestore = { ...progressMembers, Estimate: estimate } as const;

/** The added members by the name of DynamoDB's structure. */
export const extensions: Readonly<Record<string, Members>> = {
  BackupDetails: {
    Tidemark: {
      type: 'structure',
      shape: 'TidemarkDetails',
      members: tidemarkDetails,
      text: "What Tidemark knows beyond DynamoDB's API.",
    },
  },
  TableDescription: {
    Tidemark: {
      type: 'structure',
      shape: 'TidemarkRestore',
      members: tidemarkRestore,
      text: 'The restore that makes the table, until the restore has succeeded. After that, only if something about the table is in doubt.',
    },
  },
};
