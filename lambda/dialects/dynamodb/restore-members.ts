import { oneOf } from './constraints.ts';
import { progressMembers, restoreStatus } from './extensions.ts';

/** A restore, in the answers to DescribeRestore and ListRestores. */
export const restore = {
  type: 'structure',
  shape: 'Restore',
  text: 'A restore: of a backup, or of the content that a table had at a time, into a new table.',
  members: {
    RestoreId: { type: 'string', required: true, text: 'The id of the restore.' },
    ...progressMembers,
    RestoreStatus: { ...restoreStatus, required: true },
    TargetTableName: { type: 'string', required: true, text: 'The name of the table that it creates.' },
    TargetTableId: { type: 'string', text: 'The id of that table, once it was created.' },
    TargetFate: {
      type: 'string',
      constraints: [oneOf('COMPLETE', 'ABSENT', 'KEPT', 'UNSEEN')],
      text: 'What became of the table when the restore ended: it is COMPLETE; it is ABSENT; it was KEPT although the restore failed; or it is UNSEEN, because Tidemark may not look at it.',
    },
    VerifyTarget: {
      type: 'boolean',
      required: true,
      text: 'Whether the restore reads the table at its end. What it finds amiss is in Reason.',
    },
    SourceTableName: { type: 'string', required: true, text: 'The table whose content it restores.' },
    SourceTableArn: { type: 'string', required: true, text: 'The ARN of that table.' },
    BackupArn: {
      type: 'string',
      text: 'The backup that it restores; absent for a restore to a point in time.',
    },
    ContentDateTime: { type: 'timestamp', required: true, text: 'The time that the content is of.' },
    RequestDateTime: { type: 'timestamp', required: true, text: 'When it was requested.' },
    EndDateTime: { type: 'timestamp', text: 'When it ended.' },
    RequestedBy: { type: 'string', text: 'The ARN of the caller.' },
  },
} as const;
