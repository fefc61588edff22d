import type { SetRequest } from '../../../model/sets.ts';
import type { Operations } from '../../../operations/operations.ts';
import { TidemarkError } from '../../../runtime/errors.ts';
import { maxLength, maxValue, minLength, minValue, oneOf } from '../constraints.ts';
import { encodeSet } from '../encode-set.ts';
import { encodePlan } from '../encode-set-plan.ts';
import { exampleTable } from '../examples.ts';
import type { Input } from '../members.ts';
import { newName } from '../names.ts';
import { createOperation, readRequestKey, whenDefined } from '../operation.ts';
import { comment, kindForm, sinkForm } from '../option-members.ts';
import { backupSet, setName } from '../set-members.ts';
import { setPlan } from '../set-plan-members.ts';
import { toLowerCase } from '../words.ts';

const members = {
  SetName: { ...setName, required: true },
  TableNames: {
    type: 'list',
    of: { ...newName, names: 'table' },
    constraints: [minLength(1), maxLength(100)],
    text: 'The names of the tables.',
  },
  GroupName: {
    type: 'string',
    constraints: [minLength(1), maxLength(255)],
    text: 'A table group of the configuration, in place of TableNames.',
  },
  TidemarkOptions: {
    type: 'structure',
    shape: 'TidemarkBackupSetOptions',
    closed: true,
    text: 'How to make the backups, and what to delete after that.',
    members: {
      Kind: {
        ...kindForm,
        text: 'What to store of each table.',
      },
      Source: {
        type: 'string',
        constraints: [oneOf('EXPORT', 'STREAM', 'SCAN', 'SETTINGS', 'NATIVE')],
        text: 'Where to read the content. SETTINGS: the settings of the tables alone, without items.',
      },
      Comment: comment,
      Checksum: {
        type: 'boolean',
        text: 'If true, what was written is read back before a backup is AVAILABLE.',
      },
      DataSink: {
        ...sinkForm,
        text: "The data sink to store the backups in. By default the deployment's own bucket.",
      },
      RetentionDays: {
        type: 'integer',
        constraints: [minValue(1), maxValue(36_500)],
        text: 'Days after which the set is deleted with all of its backups.',
      },
      KeepIncrementals: {
        type: 'integer',
        constraints: [minValue(1), maxValue(10_000)],
        text: 'How many incremental sets of the name are kept, once this one is AVAILABLE.',
      },
      Recreate: {
        type: 'boolean',
        text: 'If true, all older sets of the name are deleted once this one is AVAILABLE.',
      },
      DeleteIntermediates: {
        type: 'boolean',
        text: 'If true, the sets since the last full one are deleted once this differential one is AVAILABLE.',
      },
      DryRun: {
        type: 'boolean',
        text: 'If true, all checks run, the answer has the plan, and nothing changes.',
      },
    },
  },
} as const;

export const createBackupSet = createOperation({
  name: 'CreateBackupSet',
  text: 'Requests backups of several tables as one set, and answers at once; all of them have the content of one time.',
  verbs: ['backup'],
  members,
  answer: {
    BackupSet: { ...backupSet, text: 'The set; absent for a dry run.' },
    Plan: { ...setPlan, text: 'What the set would be, for a dry run.' },
  },
  errors: [
    'GroupNotFound',
    'TableNotFound',
    'TableInUse',
    'ContinuousBackupsUnavailable',
    'SetInUse',
    'LimitExceeded',
    'SinkNotFound',
    'SinkUnreachable',
  ],
  example: {
    SetName: 'nightly',
    TableNames: [exampleTable],
    TidemarkOptions: { Comment: 'before the new release', RetentionDays: 30 },
  },
  run: async (operations, input, request) => {
    const wanted = {
      ...(await toSetRequest(operations, input)),
      ...whenDefined('requestedBy', request.caller),
    };
    if (input.TidemarkOptions?.DryRun === true) {
      return { Plan: encodePlan(await operations.planBackupSet(wanted)) };
    }
    const { set } = await operations.createBackupSet({
      ...wanted,
      ...whenDefined('retentionDays', input.TidemarkOptions?.RetentionDays),
      ...readRequestKey(request),
    });
    return { BackupSet: encodeSet(set) };
  },
});

async function toSetRequest(
  operations: Operations,
  { SetName, TableNames, GroupName, TidemarkOptions }: Input<typeof members>,
): Promise<SetRequest> {
  if ((TableNames === undefined) === (GroupName === undefined)) {
    throw new TidemarkError('Validation', 'Invalid Request: give either TableNames or GroupName');
  }
  const { Kind, Source, Comment, Checksum, DataSink } = TidemarkOptions ?? {};
  const { KeepIncrementals, Recreate, DeleteIntermediates } = TidemarkOptions ?? {};
  const replaces = {
    ...(Recreate && { all: true as const }),
    ...(DeleteIntermediates && { sinceFull: true as const }),
    ...whenDefined('keepIncrementals', KeepIncrementals),
  };
  const group = GroupName === undefined ? undefined : await operations.resolveTableGroup({ name: GroupName });
  return {
    name: SetName,
    tables: group?.tables ?? TableNames ?? [],
    ...whenDefined('group', GroupName),
    ...whenDefined('kind', Kind && toLowerCase(Kind)),
    ...whenDefined('source', Source && toLowerCase(Source)),
    ...whenDefined('comment', Comment),
    ...(Checksum === true && { checksum: true as const }),
    ...whenDefined('sink', DataSink),
    ...(Object.keys(replaces).length > 0 && { replaces }),
  };
}
