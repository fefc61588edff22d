import { isRestoreId } from '../../../model/ids.ts';
import { TidemarkError } from '../../../runtime/errors.ts';
import { encodeRestore } from '../encode-restore.ts';
import { exampleRestore } from '../examples.ts';
import { newName } from '../names.ts';
import { createOperation } from '../operation.ts';
import { restore } from '../restore-members.ts';

export const describeRestore = createOperation({
  name: 'DescribeRestore',
  text: 'Describes the latest restore to a table: its status, and the reason if it failed.',
  verbs: ['read', 'restore', 'reencrypt'],
  members: {
    TargetTableName: {
      ...newName,
      names: 'target',
      required: true,
      text: 'The name of the table that the restore creates.',
    },
    RestoreId: { type: 'string', text: 'The id that the restore must have. By default, any id.' },
  },
  answer: { Restore: { ...restore, required: true } },
  errors: ['RestoreNotFound'],
  example: { TargetTableName: 'Music-copy', RestoreId: exampleRestore },
  run: async (operations, { TargetTableName, RestoreId }) => {
    if (RestoreId !== undefined && !isRestoreId(RestoreId))
      throw new TidemarkError('Validation', 'Invalid Request: RestoreId is not the id of a restore');
    const input = { target: TargetTableName, ...(RestoreId !== undefined && { id: RestoreId }) };
    return { Restore: encodeRestore(await operations.describeRestore(input)) };
  },
});
