import { encodeDescription } from '../encode-backup.ts';
import { exampleBackup } from '../examples.ts';
import { backupArn, toBackupKey } from '../names.ts';
import { createOperation, readRequestKey, whenDefined } from '../operation.ts';

export const deleteBackup = createOperation({
  name: 'DeleteBackup',
  text: 'Deletes a backup. Objects that only this backup needs are removed from the store later.',
  verbs: ['delete'],
  members: { BackupArn: { ...backupArn, required: true } },
  errors: ['BackupNotFound', 'BackupInUse', 'LimitExceeded'],
  example: { BackupArn: exampleBackup },
  run: async (operations, { BackupArn }, request) => {
    const record = await operations.deleteBackup({
      ...toBackupKey(BackupArn),
      ...whenDefined('requestedBy', request.caller),
      ...readRequestKey(request),
    });
    return { BackupDescription: encodeDescription({ ...record, arn: BackupArn, status: 'DELETED' }) };
  },
});
