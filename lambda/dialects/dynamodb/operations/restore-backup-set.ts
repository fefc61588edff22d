import { toSetId } from '../../../model/sets.ts';
import { maxLength, minLength } from '../constraints.ts';
import { exampleTable } from '../examples.ts';
import { newName } from '../names.ts';
import { createOperation, readRequestKey, whenDefined } from '../operation.ts';
import { setKeyMembers } from '../set-members.ts';

export const restoreBackupSet = createOperation({
  name: 'RestoreBackupSet',
  text: 'Starts a restore for each of these tables of a backup set, into new tables.',
  verbs: ['restore'],
  members: {
    ...setKeyMembers,
    Targets: {
      type: 'list',
      required: true,
      constraints: [minLength(1), maxLength(100)],
      text: 'The tables to restore, each once.',
      of: {
        type: 'structure',
        shape: 'BackupSetTarget',
        members: {
          TableName: { ...newName, required: true, names: 'table', text: 'The name of a table of the set.' },
          TargetTableName: {
            ...newName,
            required: true,
            names: 'target',
            text: 'The name of the new table.',
          },
        },
      },
    },
  },
  answer: {
    Restores: {
      type: 'list',
      required: true,
      text: 'What became of each table. DescribeRestore of a new table shows its progress.',
      of: {
        type: 'structure',
        shape: 'BackupSetRestore',
        members: {
          TableName: { type: 'string', required: true, text: 'The table of the set.' },
          TargetTableName: { type: 'string', required: true, text: 'The new table.' },
          Reason: { type: 'string', text: 'Why its restore did not start. Request it again later.' },
        },
      },
    },
  },
  errors: [
    'SetNotFound',
    'BackupNotFound',
    'BackupNotAvailable',
    'TableInUse',
    'TableAlreadyExists',
    'LimitExceeded',
  ],
  example: {
    SetName: 'nightly',
    SetId: 7,
    Targets: [{ TableName: exampleTable, TargetTableName: `${exampleTable}-copy` }],
  },
  run: async (operations, { SetName, SetId, Targets }, request) => {
    const restores = await operations.restoreBackupSet({
      name: SetName,
      id: toSetId(SetId),
      targets: Targets.map(({ TableName, TargetTableName }) => ({
        table: TableName,
        target: TargetTableName,
      })),
      ...whenDefined('requestedBy', request.caller),
      ...readRequestKey(request),
    });
    return {
      Restores: restores.map((each) => ({
        TableName: each.table,
        TargetTableName: each.target,
        ...whenDefined('Reason', 'error' in each ? each.error.message : undefined),
      })),
    };
  },
});
