import { parseShallowJson } from '../../lambda/item/parse-json.ts';
import { backupForms, findBackupArn } from '../backup-name.ts';
import { defineCommand } from '../command.ts';
import { escapeInvisible, toJson } from '../output.ts';
import { UsageError } from '../errors.ts';

export const item = defineCommand({
  summary: 'print an item as a backup has it',
  usage: `Usage: tidemark item <backup> --key KEY

Prints the item with this key, as the backup has it, as DynamoDB JSON. Restores nothing, and reads a few
small parts of the backup.

  --key KEY            key of the item as DynamoDB JSON: '{"pk":{"S":"a"}}'
OPTIONS

${backupForms}

Exit code: 0 item printed, 1 no such item, 2 error`,
  operands: ['backup'],
  options: { key: { type: 'string' } },
  run: async ({ call, output }, { backup, key }) => {
    const Key = parseKey(key);
    const BackupArn = await findBackupArn(call, backup);
    const { Item = null, ...cost } = await call('GetBackupItem', { BackupArn, Key });
    if (Item === null) console.error(`tidemark: ${escapeInvisible(BackupArn)} has no item with this key`);
    else output.printLine(toJson(Item));
    return { exitCode: Item === null ? 1 : 0, document: { BackupArn, Item, ...cost } };
  },
});

function parseKey(text: string | undefined): object {
  if (text === undefined) throw new UsageError('--key is missing');
  try {
    const key = parseShallowJson(text);
    if (typeof key === 'object' && key !== null && !Array.isArray(key)) return key;
  } catch {
    // Text that is not JSON gets the error below.
  }
  throw new UsageError(`--key must be DynamoDB JSON like '{"pk":{"S":"a"}}'`);
}
