import type { ReceivedAnswer } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { backupArn, backupForms } from '../backup-name.ts';
import { pages } from '../client.ts';
import { command } from '../command.ts';
import { count, size } from '../output.ts';

const signs = { ADDED: '+', CHANGED: '~', REMOVED: '-' } as const;

export const compare = command({
  summary: 'tell what changed from one backup to another',
  usage: `Usage: tidemark compare <backup> <other> [--keys]

Counts the items that <other> has and <backup> has not (added), that both have and that are not equal
(changed), and that only <backup> has (removed). What both share in the store is not read.

  --keys               print the keys too: + added, ~ changed, - removed
OPTIONS

${backupForms}

Exit code: 0 no difference, 1 there are differences, 2 trouble`,
  operands: ['backup', 'other'],
  options: { keys: { type: 'boolean' } },
  run: async ({ call, output }, { backup, other, keys = false }) => {
    const arns = { BackupArn: await backupArn(call, backup), OtherBackupArn: await backupArn(call, other) };
    const sums = { Added: 0, Changed: 0, Removed: 0, ReadBytes: 0, ReadRequests: 0 };
    const differences: ReceivedAnswer<'CompareBackups'>['Differences'][number][] = [];
    for await (const page of pages(call, 'CompareBackups', arns)) {
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += page[name];
      for (const { Change, Key } of keys ? page.Differences : [])
        output.say(`${signs[Change]} ${JSON.stringify(Key)}`);
      if (keys) differences.push(...page.Differences);
      output.progress('comparing', page.Progress);
    }
    const { Added, Changed, Removed, ReadBytes, ReadRequests } = sums;
    const total = Added + Changed + Removed;
    output.say(
      total === 0
        ? 'no difference'
        : `${count(total, 'difference')}: ${Added} added, ${Changed} changed, ${Removed} removed`,
    );
    output.say(`read ${size(ReadBytes)} in ${count(ReadRequests, 'request')}`);
    return {
      exitCode: total === 0 ? 0 : 1,
      document: { ...arns, ...sums, ...(keys && { Differences: differences }) },
    };
  },
});
