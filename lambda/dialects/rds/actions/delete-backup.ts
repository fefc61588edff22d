import { createAction } from '../action.ts';
import { deleteSets } from '../instances.ts';
import { instanceId } from '../common-parameters.ts';
import { RdsError } from '../rds-error.ts';

export const deleteBackup = createAction({
  name: 'DeleteBackup',
  verb: 'delete',
  text: 'Deletes backups of an instance.',
  parameters: {
    DBInstanceId: { ...instanceId, required: true },
    BackupId: {
      type: 'list',
      maxItems: 100,
      maxLength: 300,
      required: true,
      text: 'The ids of the backups, with commas between them.',
      error: () =>
        new RdsError(400, 'DeleteBackupSetNumExceed', 'Delete backup set number is more than 100.'),
    },
  },
  run: async (context, { DBInstanceId, BackupId }) => {
    await deleteSets(context, DBInstanceId, BackupId);
    return {};
  },
});
