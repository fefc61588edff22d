import { parseTableArn, type TableReference, tableNameOf } from '../../../model/backup-arn.ts';
import { TidemarkError } from '../../../runtime/errors.ts';
import { encodeStartedTable } from '../encode-table.ts';
import { prefixes } from '../error-names.ts';
import { exampleTable } from '../examples.ts';
import { newName, tableArn, tableOfArn } from '../names.ts';
import { createOperation, readRequestKey, whenDefined } from '../operation.ts';
import { overrideMembers, toRestoreOverrides } from '../overrides.ts';

const sourceMembers = ['SourceTableName', 'SourceTableArn'];

export const restoreTableToPointInTime = createOperation({
  name: 'RestoreTableToPointInTime',
  text: 'Creates a table with the content of another table, as of a past time or as of now.',
  verbs: ['restore', 'reencrypt'],
  reserved: { SSESpecificationOverride: 'reencrypt' },
  members: {
    SourceTableArn: { ...tableArn, text: 'The table whose content is restored, by ARN.' },
    SourceTableName: { ...newName, names: 'table', text: 'The table whose content is restored, by name.' },
    TargetTableName: {
      ...newName,
      names: 'target',
      required: true,
      text: 'The name of the table to create.',
    },
    UseLatestRestorableTime: {
      type: 'boolean',
      text: 'Whether to restore the latest content that can be restored.',
    },
    RestoreDateTime: { type: 'timestamp', text: 'The time whose content is restored.' },
    ...overrideMembers,
  },
  // The request has a source and a target, so each error says which of the two it means.
  errors: [
    {
      code: 'TableNotFound',
      type: `${prefixes.model}TableNotFoundException`,
      about: {
        members: sourceMembers,
        text: (table) =>
          parseTableArn(table) === undefined ? `Table not found: ${table}` : 'Table not found',
      },
    },
    'TableAlreadyExists',
    'TableInUse',
    {
      code: 'PointInTimeRecoveryUnavailable',
      type: `${prefixes.model}PointInTimeRecoveryUnavailableException`,
      about: {
        members: sourceMembers,
        text: (table) => `Point in time recovery is not enabled for table '${tableNameOf(table)}'`,
      },
    },
    'InvalidRestoreTime',
    'LimitExceeded',
  ],
  example: { SourceTableName: exampleTable, TargetTableName: 'Music-noon', RestoreDateTime: 1576670400 },
  run: async (operations, input, request) => {
    const { SourceTableArn, SourceTableName, TargetTableName, ...rest } = input;
    const { UseLatestRestorableTime, RestoreDateTime, ...overrides } = rest;
    const source = readSource(SourceTableArn, SourceTableName);
    checkTimes(UseLatestRestorableTime ?? false, RestoreDateTime !== undefined);
    const started = await operations.restoreToPointInTime({
      ...source,
      target: TargetTableName,
      ...whenDefined('time', RestoreDateTime),
      overrides: toRestoreOverrides(overrides),
      ...whenDefined('requestedBy', request.caller),
      ...readRequestKey(request),
    });
    return { TableDescription: encodeStartedTable(started) };
  },
});

/** The source table. Throws `Validation` unless exactly one of ARN and name is given. */
function readSource(arn: string | undefined, name: string | undefined): TableReference {
  if (arn !== undefined && name === undefined) return tableOfArn(arn);
  if (name !== undefined && arn === undefined) return { table: name };
  if (name === undefined) {
    throw new TidemarkError(
      'Validation',
      "The parameter 'TableName' is required but was not present in the request",
    );
  }
  throw new TidemarkError('Validation', 'Must provide exactly one of: sourceTableArn, sourceTableName');
}

/** Throws `Validation` unless exactly one of the latest time and a time is requested. */
function checkTimes(latest: boolean, time: boolean): void {
  if (latest !== time) return;
  const text = latest
    ? 'Both RestoreDateTime and UseLatestRestorableTime cannot be set for point-in-time restore request. ' +
      'Please specify either RestoreDateTime time or UseLatestRestorableTime'
    : 'Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both';
  throw new TidemarkError('Validation', `Invalid Request: ${text}`);
}
