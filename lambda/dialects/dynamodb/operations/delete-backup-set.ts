import { toSetId } from '../../../model/sets.ts';
import { createOperation, readRequestKey } from '../operation.ts';
import { setKeyMembers } from '../set-members.ts';

export const deleteBackupSet = createOperation({
  name: 'DeleteBackupSet',
  text: 'Deletes a backup set with all of its backups.',
  verbs: ['delete'],
  members: setKeyMembers,
  answer: setKeyMembers,
  errors: ['SetNotFound', 'SetInUse', 'BackupInUse'],
  example: { SetName: 'nightly', SetId: 7 },
  run: async (operations, { SetName, SetId }, request) => {
    await operations.deleteBackupSet({ name: SetName, id: toSetId(SetId), ...readRequestKey(request) });
    return { SetName, SetId };
  },
});
