import { encodeDescription } from '../encode-backup.ts';
import { exampleBackup } from '../examples.ts';
import { backupArn, toBackupKey } from '../names.ts';
import { operation } from '../operation.ts';

export const describeBackup = operation({
  name: 'DescribeBackup',
  text: 'Describes one backup and the table as it was.',
  verbs: ['read', 'backup', 'delete', 'restore', 'reencrypt'],
  members: { BackupArn: { ...backupArn, required: true } },
  errors: ['BackupNotFound'],
  example: { BackupArn: exampleBackup },
  run: async (operations, { BackupArn }) => {
    const key = toBackupKey(BackupArn);
    const [record, use] = await Promise.all([operations.describeBackup(key), operations.findBackupUse(key)]);
    return { BackupDescription: encodeDescription({ ...record, arn: BackupArn }, use) };
  },
});
