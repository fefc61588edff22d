import { parseJson } from '../../../item/parse-json.ts';
import { maxLength, maxValue, minValue, oneOf } from '../constraints.ts';
import { readErrors } from '../errors.ts';
import { exampleBackup, laterExampleBackup } from '../examples.ts';
import { toBackupKey } from '../names.ts';
import { createOperation, whenDefined } from '../operation.ts';
import { encodePage, pageMembers, requestToken, requiredBackupArn } from '../page-members.ts';
import { toCapitals } from '../words.ts';

const count = { type: 'long', required: true } as const;

export const compareBackups = createOperation({
  name: 'CompareBackups',
  text: 'Lists the keys that were added, changed and removed from one backup of a table to another, page by page.',
  verbs: ['read'],
  members: {
    BackupArn: requiredBackupArn,
    OtherBackupArn: {
      ...requiredBackupArn,
      text: 'The ARN of the backup that the first one is compared to.',
    },
    Limit: {
      type: 'integer',
      constraints: [minValue(1), maxValue(1000)],
      text: 'The maximum number of entries in one answer.',
    },
    // It may hold a key, of up to 22 KB if all its characters are escaped.
    NextToken: { ...requestToken, constraints: [maxLength(32_768)] },
  },
  answer: {
    Added: { ...count, text: 'Keys on this page that only the second backup has.' },
    Changed: { ...count, text: 'Keys on this page whose items differ.' },
    Removed: { ...count, text: 'Keys on this page that only the first backup has.' },
    Differences: {
      type: 'list',
      required: true,
      text: 'The keys that differ.',
      of: {
        type: 'structure',
        shape: 'Difference',
        members: {
          Change: {
            type: 'string',
            required: true,
            constraints: [oneOf('ADDED', 'CHANGED', 'REMOVED')],
            text: 'Whether the key was added, changed or removed.',
          },
          Key: { type: 'map', required: true, text: "The key attributes in DynamoDB's JSON." },
        },
      },
    },
    ...pageMembers,
  },
  errors: readErrors,
  example: { BackupArn: exampleBackup, OtherBackupArn: laterExampleBackup, Limit: 100 },
  run: async (operations, { BackupArn, OtherBackupArn, Limit, NextToken }) => {
    const page = await operations.compareBackups({
      from: toBackupKey(BackupArn),
      to: toBackupKey(OtherBackupArn),
      ...whenDefined('limit', Limit),
      ...whenDefined('next', NextToken),
    });
    return {
      Added: page.counts.added,
      Changed: page.counts.changed,
      Removed: page.counts.removed,
      Differences: page.differences.map(({ change, key }) => ({
        Change: toCapitals(change),
        Key: parseJson(key),
      })),
      ...encodePage(page),
    };
  },
});
