import { above, maxValue } from '../constraints.ts';
import { readErrors } from '../errors.ts';
import { exampleBackup } from '../examples.ts';
import { toBackupKey } from '../names.ts';
import { createOperation, whenDefined } from '../operation.ts';
import { encodePage, pageMembers, requestToken, requiredBackupArn } from '../page-members.ts';

const count = { type: 'long', required: true } as const;

export const verifyBackup = createOperation({
  name: 'VerifyBackup',
  text: 'Reads the stored content of a backup and checks it, page by page.',
  verbs: ['read'],
  members: {
    BackupArn: requiredBackupArn,
    Share: {
      type: 'double',
      constraints: [above(0), maxValue(1)],
      text: 'The share of the backup to check, above 0 and up to 1. By default, the whole backup.',
    },
    NextToken: requestToken,
  },
  answer: {
    Frames: { ...count, text: 'Compressed blocks that were read.' },
    Items: { ...count, text: 'Items that were read.' },
    Problems: {
      type: 'list',
      required: true,
      text: 'The first problems; ProblemCount counts all.',
      of: {
        type: 'structure',
        shape: 'Problem',
        members: {
          Object: { type: 'string', required: true, text: 'The key of an object in the store.' },
          Problem: { type: 'string', required: true, text: 'The problem with the object.' },
          Offset: { type: 'long', text: 'The place of the problem in the object, in bytes.' },
        },
      },
    },
    ProblemCount: { ...count, text: 'The number of problems.' },
    ...pageMembers,
  },
  errors: readErrors,
  example: { BackupArn: exampleBackup, Share: 0.1 },
  run: async (operations, { BackupArn, Share, NextToken }) => {
    const page = await operations.verifyBackup({
      backup: toBackupKey(BackupArn),
      ...whenDefined('share', Share),
      ...whenDefined('next', NextToken),
    });
    return {
      Frames: page.frames,
      Items: page.items,
      Problems: page.problems.map(({ object, offset, problem }) => ({
        Object: object,
        Offset: offset,
        Problem: problem,
      })),
      ProblemCount: page.problemCount,
      ...encodePage(page),
    };
  },
});
