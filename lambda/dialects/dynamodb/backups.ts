import { parseTableReference } from '../../model/backup-arn.ts';
import type { BackupSource, Kind } from '../../model/records.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import { backupDescription, backupDetails, backupSummary } from './encode-backup.ts';
import { maxLength, maxValue, minValue, oneOf } from './members.ts';
import { backupArn, backupKey, newName, sourceTable } from './names.ts';
import { given, operation, requestKey } from './operation.ts';

/** What the API has no member for. */
const tidemarkOptions = {
  type: 'structure',
  shape: 'TidemarkBackupOptions',
  closed: true,
  members: {
    Kind: { type: 'string', constraints: [oneOf('FULL', 'INCREMENTAL', 'DIFFERENTIAL')] },
    Source: { type: 'string', constraints: [oneOf('EXPORT', 'STREAM', 'SCAN', 'NATIVE')] },
    Comment: { type: 'string', constraints: [maxLength(1024)] },
  },
} as const;

export const createBackup = operation({
  members: {
    TableName: { ...sourceTable, required: true },
    BackupName: { ...newName, required: true },
    TidemarkOptions: tidemarkOptions,
  },
  run: async (operations, { TableName, BackupName, TidemarkOptions }, request) => {
    const { Kind, Source, Comment } = TidemarkOptions ?? {};
    const record = await operations.createBackup({
      ...parseTableReference(TableName),
      name: BackupName,
      ...given('kind', Kind?.toLowerCase() as Kind | undefined),
      ...given('source', Source?.toLowerCase() as BackupSource | undefined),
      ...given('comment', Comment),
      ...given('requestedBy', request.caller),
      ...requestKey(request),
    });
    return { BackupDetails: backupDetails(record) };
  },
});

export const describeBackup = operation({
  members: { BackupArn: { ...backupArn, required: true } },
  run: async (operations, { BackupArn }) => ({
    BackupDescription: backupDescription(await operations.describeBackup(backupKey(BackupArn))),
  }),
});

export const deleteBackup = operation({
  members: { BackupArn: { ...backupArn, required: true } },
  run: async (operations, { BackupArn }, request) => {
    const record = await operations.deleteBackup({ ...backupKey(BackupArn), ...requestKey(request) });
    return { BackupDescription: backupDescription({ ...record, status: 'DELETED' }) };
  },
});

/** The largest marker that a backup's id has room for: 14 digits. A bound beyond it, or before 0, bounds nothing. */
const lastMarker = 10 ** 14 - 1;

export const listBackups = operation({
  members: {
    TableName: sourceTable,
    Limit: { type: 'integer', constraints: [minValue(1), maxValue(100)] },
    TimeRangeLowerBound: { type: 'timestamp' },
    TimeRangeUpperBound: { type: 'timestamp' },
    ExclusiveStartBackupArn: backupArn,
    BackupType: { type: 'string', constraints: [oneOf('USER', 'SYSTEM', 'AWS_BACKUP', 'ALL')] },
  },
  run: async (operations, input) => {
    const { TableName, TimeRangeLowerBound: from, TimeRangeUpperBound: to, ExclusiveStartBackupArn } = input;
    if (from !== undefined && to !== undefined && from > to) {
      throw new TidemarkError(
        'Validation',
        'One or more parameter values were invalid: Time range lower bound must be less than or equal to upper bound',
      );
    }
    const after = ExclusiveStartBackupArn === undefined ? undefined : backupKey(ExclusiveStartBackupArn);
    // Every backup of Tidemark's is one that a user asked for.
    if (input.BackupType === 'SYSTEM' || input.BackupType === 'AWS_BACKUP') return { BackupSummaries: [] };
    const { backups, last } = await operations.listBackups({
      ...(TableName !== undefined && parseTableReference(TableName)),
      ...given('from', inMarkerRange(from)),
      ...given('to', inMarkerRange(to)),
      limit: input.Limit ?? 100,
      ...given('after', after),
    });
    return { BackupSummaries: backups.map(backupSummary), LastEvaluatedBackupArn: last?.arn };
  },
});

function inMarkerRange(time: number | undefined): number | undefined {
  return time === undefined ? undefined : Math.min(Math.max(time, 0), lastMarker);
}
