import { oneOf } from './constraints.ts';
import { progressMembers, restoreStatus } from './extensions.ts';

/** A restore, in the answers to DescribeRestore and ListRestores. */
export const restore = {
  type: 'structure',
  shape: 'Restore',
  text: 'A restore into a new table: of a backup, or of the content of a table at a past time.',
  members: {
    RestoreId: { type: 'string', required: true, text: 'The id of the restore.' },
    ...progressMembers,
    RestoreStatus: { ...restoreStatus, required: true },
    TargetTableName: {
      type: 'string',
      required: true,
      text: 'The name of the table that the restore creates.',
    },
    TargetTableId: { type: 'string', text: 'The id of that table, once it was created.' },
    TargetFate: {
      type: 'string',
      constraints: [oneOf('COMPLETE', 'ABSENT', 'KEPT', 'UNSEEN')],
      text: 'The fate of the table after the restore has ended: it is COMPLETE; it is ABSENT; it was KEPT although the restore failed; or it is UNSEEN, because Tidemark may not read its description.',
    },
    VerifyTarget: {
      type: 'boolean',
      required: true,
      text: 'Whether the restore finally reads the whole table. Reason says whether it differs from the restored items.',
    },
    SourceTableName: { type: 'string', required: true, text: 'The table whose content is restored.' },
    SourceTableArn: { type: 'string', required: true, text: 'The ARN of that table.' },
    BackupArn: {
      type: 'string',
      text: 'The backup that is restored; absent for a restore to a point in time.',
    },
    ContentDateTime: { type: 'timestamp', required: true, text: 'The time of the restored content.' },
    RequestDateTime: { type: 'timestamp', required: true, text: 'When the restore was requested.' },
    EndDateTime: { type: 'timestamp', text: 'When the restore ended.' },
    RequestedBy: { type: 'string', text: 'The ARN of the caller.' },
  },
} as const;
