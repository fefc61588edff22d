import { parseSetId, type SetKey } from '../../../model/sets.ts';
import { isError, TidemarkError } from '../../../runtime/errors.ts';
import { maxValue, minValue } from '../constraints.ts';
import { encodeSummary } from '../encode-set.ts';
import { createOperation, whenDefined } from '../operation.ts';
import { answerToken, requestToken } from '../page-members.ts';
import { setName, setSummary } from '../set-members.ts';

export const listBackupSets = createOperation({
  name: 'ListBackupSets',
  text: 'Lists backup sets, newest first.',
  verbs: ['read'],
  members: {
    SetName: { ...setName, text: 'Lists sets of this name.' },
    Limit: {
      type: 'integer',
      constraints: [minValue(1), maxValue(100)],
      text: 'The maximum number of sets in one answer.',
    },
    NextToken: requestToken,
  },
  answer: {
    BackupSets: {
      type: 'list',
      required: true,
      of: { type: 'structure', shape: 'BackupSetSummary', members: setSummary },
      text: 'The sets.',
    },
    NextToken: answerToken,
  },
  example: { SetName: 'nightly', Limit: 10 },
  run: async (operations, { SetName, Limit = 100, NextToken }) => {
    const { sets, last } = await operations.listBackupSets({
      ...whenDefined('name', SetName),
      ...whenDefined('after', NextToken === undefined ? undefined : readCursor(NextToken)),
      limit: Limit,
      newestFirst: true,
    });
    return {
      BackupSets: sets.map(encodeSummary),
      ...whenDefined('NextToken', last && `${last.id}/${last.name}`),
    };
  },
});

/** Reads the last set of the previous page. It only says where the list continues, so it needs no signature. */
function readCursor(token: string): SetKey {
  const at = token.indexOf('/');
  try {
    return { id: parseSetId(token.slice(0, Math.max(0, at))), name: token.slice(at + 1) };
  } catch (error) {
    if (!isError(error, 'IdInvalid')) throw error;
    throw new TidemarkError('Validation', 'Invalid Request: NextToken is not of an answer', { cause: error });
  }
}
