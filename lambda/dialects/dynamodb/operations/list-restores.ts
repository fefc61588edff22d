import { tableNameOf } from '../../../model/backup-arn.ts';
import { maxValue, minValue } from '../constraints.ts';
import { encodeRestore } from '../encode-restore.ts';
import { exampleTable } from '../examples.ts';
import { restoreStatus } from '../extensions.ts';
import { backupArn, tableNameOrArn, toBackupKey } from '../names.ts';
import { createOperation, whenDefined } from '../operation.ts';
import { answerToken, requestToken } from '../page-members.ts';
import { restore } from '../restore-members.ts';

export const listRestores = createOperation({
  name: 'ListRestores',
  text: 'Lists restores, newest first: for each target table only the latest one, even if it failed.',
  verbs: ['read'],
  members: {
    TableName: { ...tableNameOrArn, text: 'Lists restores of this table or into it, by name or ARN.' },
    BackupArn: { ...backupArn, text: 'Lists restores of this backup.' },
    RestoreStatus: { ...restoreStatus, text: 'Lists restores of this status.' },
    Limit: {
      type: 'integer',
      constraints: [minValue(1), maxValue(100)],
      text: 'The maximum number of restores that are examined for one answer. A page before the last one may list fewer, or none.',
    },
    NextToken: requestToken,
  },
  answer: {
    Restores: { type: 'list', required: true, of: restore, text: 'The restores.' },
    NextToken: answerToken,
  },
  example: { TableName: exampleTable, RestoreStatus: 'FAILED', Limit: 10 },
  run: async (operations, { TableName, BackupArn, RestoreStatus, Limit = 100, NextToken }) => {
    const { restores, next } = await operations.listRestores({
      ...whenDefined('table', TableName === undefined ? undefined : tableNameOf(TableName)),
      ...whenDefined('backupArn', BackupArn === undefined ? undefined : toBackupKey(BackupArn).arn),
      ...whenDefined('status', RestoreStatus),
      limit: Limit,
      ...whenDefined('next', NextToken),
    });
    return { Restores: restores.map(encodeRestore), ...whenDefined('NextToken', next) };
  },
});
