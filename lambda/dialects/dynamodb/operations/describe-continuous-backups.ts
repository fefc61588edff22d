import { parseTableReference } from '../../../model/backup-arn.ts';
import { encodeRecovery } from '../encode-recovery.ts';
import { exampleTable } from '../examples.ts';
import { tableNameOrArn } from '../names.ts';
import { createOperation } from '../operation.ts';

export const describeContinuousBackups = createOperation({
  name: 'DescribeContinuousBackups',
  text: 'Describes whether a table can be restored to a point in time, and to which times.',
  verbs: ['read', 'recovery'],
  members: { TableName: { ...tableNameOrArn, required: true } },
  errors: ['TableNotFound'],
  example: { TableName: exampleTable },
  run: async (operations, { TableName }) => ({
    ContinuousBackupsDescription: encodeRecovery(
      await operations.describeContinuousBackups(parseTableReference(TableName)),
    ),
  }),
});
