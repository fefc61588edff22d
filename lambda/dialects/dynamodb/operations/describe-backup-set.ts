import { toSetId } from '../../../model/sets.ts';
import { encodeSet } from '../encode-set.ts';
import { createOperation } from '../operation.ts';
import { backupSet, setKeyMembers } from '../set-members.ts';

export const describeBackupSet = createOperation({
  name: 'DescribeBackupSet',
  text: 'Describes a backup set: its progress or how it ended, and the backup of each of its tables.',
  verbs: ['read'],
  members: setKeyMembers,
  answer: { BackupSet: { ...backupSet, required: true } },
  errors: ['SetNotFound'],
  example: { SetName: 'nightly', SetId: 7 },
  run: async (operations, { SetName, SetId }) => {
    const set = await operations.describeBackupSet({ name: SetName, id: toSetId(SetId) });
    return { BackupSet: encodeSet(set) };
  },
});
