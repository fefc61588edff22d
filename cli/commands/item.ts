import { parseJson } from '../../lambda/item/parse-json.ts';
import { backupArn, backupForms } from '../backup-name.ts';
import { command } from '../command.ts';
import { jsonOf, visible } from '../output.ts';
import { UsageError } from '../trouble.ts';

export const item = command({
  summary: 'print one item as it is in a backup',
  usage: `Usage: tidemark item <backup> --key KEY

Prints the item of this key, as it is in the backup, as DynamoDB JSON. Nothing is restored; a few small
parts of the backup are read.

  --key KEY            the item's key as DynamoDB JSON: '{"pk":{"S":"a"}}'
OPTIONS

${backupForms}

Exit code: 0 printed, 1 the backup has no such item, 2 trouble`,
  operands: ['backup'],
  options: { key: { type: 'string' } },
  run: async ({ call, output }, { backup, key }) => {
    const Key = keyOf(key);
    const BackupArn = await backupArn(call, backup);
    const { Item = null, ...cost } = await call('GetBackupItem', { BackupArn, Key });
    if (Item === null) console.error(`tidemark: ${visible(BackupArn)} has no item of this key`);
    else output.say(jsonOf(Item));
    return { exitCode: Item === null ? 1 : 0, document: { BackupArn, Item, ...cost } };
  },
});

function keyOf(text: string | undefined): object {
  if (text === undefined) throw new UsageError('--key is missing');
  try {
    const key = parseJson(text);
    if (typeof key === 'object' && key !== null && !Array.isArray(key)) return key;
  } catch {
    // Said below.
  }
  throw new UsageError(`--key must be DynamoDB JSON like '{"pk":{"S":"a"}}'`);
}
