import { encodeEstimate } from '../encode-estimate.ts';
import { estimate } from '../estimate-members.ts';
import { exampleBackup } from '../examples.ts';
import { backupArn, toBackupKey } from '../names.ts';
import { createOperation } from '../operation.ts';

export const estimateRestore = createOperation({
  name: 'EstimateRestore',
  text: 'Estimates the cost and the duration of a restore of a backup, by an import and by writes.',
  verbs: ['read', 'restore', 'reencrypt'],
  members: { BackupArn: { ...backupArn, required: true } },
  answer: { Estimate: { ...estimate, required: true } },
  errors: ['BackupNotFound', 'BackupNotAvailable'],
  example: { BackupArn: exampleBackup },
  run: async (operations, { BackupArn }) => ({
    Estimate: encodeEstimate(await operations.estimateRestore(toBackupKey(BackupArn))),
  }),
});
