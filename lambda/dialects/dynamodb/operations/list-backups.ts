import { parseTableReference } from '../../../model/backup-arn.ts';
import { TidemarkError } from '../../../runtime/errors.ts';
import { maxValue, minValue, oneOf } from '../constraints.ts';
import { encodeSummary } from '../encode-backup.ts';
import { exampleTable } from '../examples.ts';
import { backupArn, tableNameOrArn, toBackupKey } from '../names.ts';
import { createOperation, whenDefined } from '../operation.ts';

export const listBackups = createOperation({
  name: 'ListBackups',
  text: 'Lists backups in the order of their creation, of all tables or of one, between two times.',
  verbs: ['read', 'backup', 'delete', 'restore', 'reencrypt'],
  members: {
    TableName: tableNameOrArn,
    Limit: {
      type: 'integer',
      constraints: [minValue(1), maxValue(100)],
      text: 'The maximum number of entries in one answer.',
    },
    TimeRangeLowerBound: { type: 'timestamp', text: 'Lists backups requested at this time or later.' },
    TimeRangeUpperBound: { type: 'timestamp', text: 'Lists backups requested before this time.' },
    ExclusiveStartBackupArn: {
      ...backupArn,
      names: 'cursor',
      text: 'The last backup of the previous answer: the list continues after it.',
    },
    BackupType: {
      type: 'string',
      constraints: [oneOf('USER', 'SYSTEM', 'AWS_BACKUP', 'ALL')],
      text: 'The makers of the backups to list. By default USER: the callers who request backups.',
    },
    TidemarkOptions: {
      type: 'structure',
      shape: 'TidemarkListOptions',
      closed: true,
      text: 'Options that only Tidemark offers.',
      members: {
        IncludeFailed: {
          type: 'boolean',
          text: 'Lists failed backups too, with the status DELETED. By default they are left out.',
        },
      },
    },
  },
  example: {
    TableName: exampleTable,
    Limit: 10,
    TimeRangeLowerBound: 1576616366,
    BackupType: 'ALL',
    TidemarkOptions: { IncludeFailed: true },
  },
  run: async (operations, input) => {
    const { TableName, TimeRangeLowerBound: from, TimeRangeUpperBound: to, ExclusiveStartBackupArn } = input;
    if (from !== undefined && to !== undefined && from > to) {
      throw new TidemarkError(
        'Validation',
        'One or more parameter values were invalid: Time range lower bound must be less than or equal to upper bound',
      );
    }
    const after = ExclusiveStartBackupArn === undefined ? undefined : toBackupKey(ExclusiveStartBackupArn);
    const { BackupType: type } = input;
    const { backups, last } = await operations.listBackups({
      ...(TableName !== undefined && parseTableReference(TableName)),
      ...whenDefined('from', clampMarker(from)),
      ...whenDefined('to', clampMarker(to)),
      limit: input.Limit ?? 100,
      ...whenDefined('after', after),
      ...whenDefined('type', type),
      ...whenDefined('includeFailed', input.TidemarkOptions?.IncludeFailed),
    });
    return { BackupSummaries: backups.map(encodeSummary), LastEvaluatedBackupArn: last?.arn };
  },
});

/** The largest marker that fits into a backup's id, which has 14 digits for it. */
const maxMarker = 10 ** 14 - 1;

/** Moves a time into the range of markers: a bound outside of that range excludes nothing. */
function clampMarker(time: number | undefined): number | undefined {
  return time === undefined ? undefined : Math.min(Math.max(time, 0), maxMarker);
}
