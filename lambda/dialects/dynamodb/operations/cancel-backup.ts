import { exampleBackup } from '../examples.ts';
import { backupArn, toBackupKey } from '../names.ts';
import { createOperation, whenDefined } from '../operation.ts';
import { requiredBackupArn } from '../page-members.ts';

export const cancelBackup = createOperation({
  name: 'CancelBackup',
  text: 'Cancels a backup that still waits to be made. It then counts as failed. A backup that is being made already is not stopped.',
  verbs: ['delete'],
  members: { BackupArn: requiredBackupArn },
  answer: {
    BackupArn: { ...backupArn, required: true },
    Reason: {
      type: 'string',
      required: true,
      text: 'The reason on the record of the backup: who cancelled it.',
    },
  },
  errors: ['BackupNotFound', 'BackupInUse'],
  example: { BackupArn: exampleBackup },
  run: async (operations, { BackupArn }, request) => {
    const { arn, reason } = await operations.cancelBackup({
      ...toBackupKey(BackupArn),
      ...whenDefined('requestedBy', request.caller),
    });
    return { BackupArn: arn, Reason: reason ?? '' };
  },
});
