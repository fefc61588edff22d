import type { SetRequest } from '../../../model/sets.ts';
import { createAction } from '../action.ts';
import type { Input } from '../input.ts';
import { findInstanceTables } from '../instances.ts';
import { instanceId } from '../common-parameters.ts';
import { invalidParameterError, missingParameterError, RdsError } from '../rds-error.ts';

/** How many backups of an instance may be requested a day. */
const maxPerDay = 20;

const dayMs = 24 * 60 * 60 * 1000;

const parameters = {
  DBInstanceId: { ...instanceId, required: true },
  BackupMethod: {
    type: 'choice',
    values: ['Logical', 'Physical', 'Snapshot'],
    default: 'Physical',
    text: "How to read the tables. Physical: by DynamoDB's export. Logical: by a scan and the stream. Snapshot: DynamoDB makes and keeps its own on-demand backups.",
    error: () =>
      new RdsError(
        400,
        'InvalidBackupMethod.ValueNotSupport',
        'The specified parameter "BackupMethod" is not valid.',
      ),
  },
  BackupStrategy: {
    type: 'choice',
    values: ['db', 'instance'],
    text: 'db: only the tables of DBName. instance: all tables. For logical backups and full physical ones.',
  },
  DBName: {
    type: 'list',
    maxItems: 1000,
    maxLength: 255,
    text: 'The names of tables of the instance, with commas between them. Only with BackupStrategy db.',
  },
  BackupType: {
    type: 'choice',
    values: ['Auto', 'FullBackup'],
    default: 'Auto',
    text: 'Auto: the changes since the last usable backup, or the whole content if there is none. FullBackup: the whole content.',
    error: () => new RdsError(400, 'BackupType.NotSupport', 'the specified backup type not support'),
  },
  BackupRetentionPeriod: {
    type: 'integer',
    min: -1,
    max: 730,
    text: 'Days after which the backup is deleted, 7 to 730; -1: it is kept. For full physical backups of single databases.',
  },
} as const;

export const createBackup = createAction({
  name: 'CreateBackup',
  verb: 'backup',
  text: 'Requests a backup of an instance: of all of its tables, or of those that DBName names.',
  parameters,
  run: async (context, input) => {
    checkTogether(input);
    const { DBInstanceId, DBName, BackupRetentionPeriod: days = -1 } = input;
    const { operations, key, now } = context;
    const { set } = await operations.createBackupSet({
      name: DBInstanceId,
      group: DBInstanceId,
      tables: await findInstanceTables(context, DBInstanceId, DBName),
      ...originOf(input),
      requestedBy: `rds/${key.id}`,
      maxPerDay,
      ...(days > 0 && { expiresAt: now + days * dayMs }),
    });
    return { BackupJobId: String(set.id) };
  },
});

/** Checks the rules between parameters. Throws `RdsError`. */
function checkTogether(input: Input<typeof parameters>): void {
  const { BackupMethod, BackupStrategy, BackupType, BackupRetentionPeriod, DBName } = input;
  const isFullPhysical = BackupMethod === 'Physical' && BackupType === 'FullBackup';
  if (BackupStrategy !== undefined && BackupMethod !== 'Logical' && !isFullPhysical) {
    const reason = 'It can be set with BackupMethod Logical, or with Physical and BackupType FullBackup.';
    throw invalidParameterError('BackupStrategy', reason);
  }
  if (BackupStrategy === 'db' && DBName === undefined) throw missingParameterError('DBName');
  if (BackupStrategy !== 'db' && DBName !== undefined) {
    throw invalidParameterError('DBName', 'It can be set with BackupStrategy db.');
  }
  if (BackupRetentionPeriod === undefined) return;
  if (BackupStrategy !== 'db' || !isFullPhysical) {
    const reason = 'It can be set with BackupStrategy db, BackupMethod Physical and BackupType FullBackup.';
    throw invalidParameterError('BackupRetentionPeriod', reason);
  }
  if (BackupRetentionPeriod !== -1 && BackupRetentionPeriod < 7) {
    throw invalidParameterError('BackupRetentionPeriod', 'It is a number of days from 7 to 730, or -1.');
  }
}

/** Chooses the source and kind of the backup. A snapshot is DynamoDB's own backup, which always holds the whole table. */
function originOf({
  BackupMethod,
  BackupType,
}: Input<typeof parameters>): Pick<SetRequest, 'source' | 'kind' | 'base'> {
  if (BackupMethod === 'Snapshot') return { source: 'native' };
  const isFull = BackupType === 'FullBackup';
  if (BackupMethod === 'Physical') return { source: 'export', ...(isFull && { kind: 'full' }) };
  return isFull ? { source: 'scan', kind: 'full' } : { base: 'scan' };
}
