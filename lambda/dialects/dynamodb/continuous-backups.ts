import type { ContinuousBackupsDescription } from '@aws-sdk/client-dynamodb';
import { type TableReference, parseTableReference } from '../../model/backup-arn.ts';
import type { PointInTimeRecovery } from '../../native/recovery.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import { startedTable } from './encode-table.ts';
import { pointInTimeErrors } from './errors.ts';
import { maxValue, minValue } from './members.ts';
import { newName, sourceTable, tableArn, tableOfArn } from './names.ts';
import { given, operation, requestKey } from './operation.ts';
import { overrideMembers, restoreOverrides } from './overrides.ts';

export const restoreTableToPointInTime = operation({
  members: {
    SourceTableArn: tableArn,
    SourceTableName: newName,
    TargetTableName: { ...newName, required: true },
    UseLatestRestorableTime: { type: 'boolean' },
    RestoreDateTime: { type: 'timestamp' },
    ...overrideMembers,
  },
  errors: pointInTimeErrors,
  run: async (operations, input, request) => {
    const {
      SourceTableArn,
      SourceTableName,
      TargetTableName,
      UseLatestRestorableTime,
      RestoreDateTime,
      ...asked
    } = input;
    const source = sourceOf(SourceTableArn, SourceTableName);
    if ((UseLatestRestorableTime ?? false) === (RestoreDateTime !== undefined)) {
      throw new TidemarkError(
        'Validation',
        'Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both',
      );
    }
    const started = await operations.restoreToPointInTime({
      ...source,
      target: TargetTableName,
      ...given('time', RestoreDateTime),
      overrides: restoreOverrides(asked),
      ...given('requestedBy', request.caller),
      ...requestKey(request),
    });
    return { TableDescription: startedTable(started) };
  },
});

/** The source table. Throws `Validation` unless one of both is given. */
function sourceOf(arn: string | undefined, name: string | undefined): TableReference {
  if (arn !== undefined && name === undefined) return tableOfArn(arn);
  if (name !== undefined && arn === undefined) return { table: name };
  throw new TidemarkError('Validation', 'Must provide exactly one of: sourceTableArn, sourceTableName');
}

export const describeContinuousBackups = operation({
  members: { TableName: { ...sourceTable, required: true } },
  run: async (operations, { TableName }) => ({
    ContinuousBackupsDescription: wireRecovery(
      await operations.describeContinuousBackups(parseTableReference(TableName)),
    ),
  }),
});

export const updateContinuousBackups = operation({
  members: {
    TableName: { ...sourceTable, required: true },
    PointInTimeRecoverySpecification: {
      type: 'structure',
      shape: 'PointInTimeRecoverySpecification',
      required: true,
      members: {
        PointInTimeRecoveryEnabled: { type: 'boolean', required: true },
        RecoveryPeriodInDays: { type: 'integer', constraints: [minValue(1), maxValue(35)] },
      },
    },
  },
  run: async (operations, { TableName, PointInTimeRecoverySpecification }) => {
    const { PointInTimeRecoveryEnabled: enabled, RecoveryPeriodInDays } = PointInTimeRecoverySpecification;
    if (!enabled && RecoveryPeriodInDays !== undefined) {
      throw new TidemarkError(
        'Validation',
        'Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.',
      );
    }
    const recovery = await operations.updateContinuousBackups({
      ...parseTableReference(TableName),
      specification: { enabled, ...given('recoveryPeriodInDays', RecoveryPeriodInDays) },
    });
    return { ContinuousBackupsDescription: wireRecovery(recovery) };
  },
});

/** Continuous backups are on for every table; what may be off is the recovery from them. */
function wireRecovery(recovery: PointInTimeRecovery): ContinuousBackupsDescription {
  const { enabled, recoveryPeriodInDays, earliest, latest } = recovery;
  return {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: enabled
      ? {
          PointInTimeRecoveryStatus: 'ENABLED',
          RecoveryPeriodInDays: recoveryPeriodInDays,
          EarliestRestorableDateTime: dateOf(earliest),
          LatestRestorableDateTime: dateOf(latest),
        }
      : { PointInTimeRecoveryStatus: 'DISABLED' },
  };
}

function dateOf(time: number | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}
