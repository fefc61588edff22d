import { parseTableReference } from '../../../model/backup-arn.ts';
import { TidemarkError } from '../../../runtime/errors.ts';
import { maxValue, minValue } from '../constraints.ts';
import { encodeRecovery } from '../encode-recovery.ts';
import { exampleTable } from '../examples.ts';
import { tableNameOrArn } from '../names.ts';
import { createOperation, whenDefined } from '../operation.ts';

export const updateContinuousBackups = createOperation({
  name: 'UpdateContinuousBackups',
  text: "Enables or disables a table's point-in-time recovery.",
  verbs: ['recovery'],
  members: {
    TableName: { ...tableNameOrArn, required: true },
    PointInTimeRecoverySpecification: {
      type: 'structure',
      shape: 'PointInTimeRecoverySpecification',
      required: true,
      text: 'The setting to apply.',
      members: {
        PointInTimeRecoveryEnabled: {
          type: 'boolean',
          required: true,
          text: 'Whether the table can be restored to a point in time.',
        },
        RecoveryPeriodInDays: {
          type: 'integer',
          constraints: [minValue(1), maxValue(35)],
          text: 'How many days back the table can be restored to.',
        },
      },
    },
  },
  errors: ['TableNotFound', 'ContinuousBackupsUnavailable'],
  example: {
    TableName: exampleTable,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
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
      specification: { enabled, ...whenDefined('recoveryPeriodInDays', RecoveryPeriodInDays) },
    });
    return { ContinuousBackupsDescription: encodeRecovery(recovery) };
  },
});
