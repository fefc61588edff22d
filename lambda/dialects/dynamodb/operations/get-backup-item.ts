import { parseJson } from '../../../item/parse-json.ts';
import { readErrors } from '../errors.ts';
import { exampleBackup } from '../examples.ts';
import { toKeyItem } from '../key.ts';
import { toBackupKey } from '../names.ts';
import { createOperation, whenDefined } from '../operation.ts';
import { costMembers, requiredBackupArn } from '../page-members.ts';

export const getBackupItem = createOperation({
  name: 'GetBackupItem',
  text: 'Reads one item of a backup by its key, without restoring anything.',
  verbs: ['read'],
  members: {
    BackupArn: requiredBackupArn,
    Key: { type: 'map', required: true, text: "The key attributes in DynamoDB's JSON." },
  },
  answer: {
    ...costMembers,
    Item: { type: 'map', text: "The item in DynamoDB's JSON; absent if the backup has no item of this key." },
  },
  errors: readErrors,
  example: { BackupArn: exampleBackup, Key: { Artist: { S: 'Nina' } } },
  run: async (operations, { BackupArn, Key }) => {
    const backup = toBackupKey(BackupArn);
    const { item, bytesRead, requests } = await operations.getBackupItem({ backup, key: toKeyItem(Key) });
    return {
      ...whenDefined('Item', item === undefined ? undefined : parseJson(item)),
      ReadBytes: bytesRead,
      ReadRequests: requests,
    };
  },
});
