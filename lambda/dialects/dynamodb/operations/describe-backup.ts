import { encodeDescription } from '../encode-backup.ts';
import { exampleBackup } from '../examples.ts';
import { backupArn, toBackupKey } from '../names.ts';
import { createOperation, whenDefined } from '../operation.ts';

export const describeBackup = createOperation({
  name: 'DescribeBackup',
  text: 'Describes one backup and its table at the time of the request.',
  verbs: ['read', 'backup', 'delete', 'restore', 'reencrypt'],
  members: {
    BackupArn: { ...backupArn, required: true },
    TidemarkOptions: {
      type: 'structure',
      shape: 'TidemarkDescribeOptions',
      closed: true,
      text: 'Options that only Tidemark offers.',
      members: {
        IncludeDeleted: {
          type: 'boolean',
          text: 'Describes a deleted backup too, with the caller who deleted it. By default it is not found.',
        },
      },
    },
  },
  errors: ['BackupNotFound'],
  example: { BackupArn: exampleBackup },
  run: async (operations, { BackupArn, TidemarkOptions }) => {
    const key = toBackupKey(BackupArn);
    const [record, use] = await Promise.all([
      operations.describeBackup({
        ...key,
        ...whenDefined('includeDeleted', TidemarkOptions?.IncludeDeleted),
      }),
      operations.findBackupUse(key),
    ]);
    return { BackupDescription: encodeDescription({ ...record, arn: BackupArn }, use) };
  },
});
