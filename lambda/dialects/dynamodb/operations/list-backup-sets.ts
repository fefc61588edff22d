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
    const { sets, next } = await operations.listBackupSets({
      ...whenDefined('name', SetName),
      ...whenDefined('next', NextToken),
      limit: Limit,
      newestFirst: true,
    });
    return { BackupSets: sets.map(encodeSummary), ...whenDefined('NextToken', next) };
  },
});
