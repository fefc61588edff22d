import type { ReceivedAnswer } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { backupForms, findBackupArn } from '../backup-name.ts';
import { readPages } from '../client.ts';
import { defineCommand } from '../command.ts';
import { renderCount, renderSize } from '../output.ts';

const signs = { ADDED: '+', CHANGED: '~', REMOVED: '-' } as const;

export const compare = defineCommand({
  summary: 'show what changed from one backup to another',
  usage: `Usage: tidemark compare <backup> <other> [--keys]

Counts the items that only <other> has (added), that differ in the two backups (changed), and that
only <backup> has (removed). Files that the two backups share are not read.

  --keys               also print the keys: + added, ~ changed, - removed
OPTIONS

${backupForms}

Exit code: 0 no difference, 1 differences, 2 error`,
  operands: ['backup', 'other'],
  options: { keys: { type: 'boolean' } },
  run: async ({ call, output }, { backup, other, keys = false }) => {
    const arns = {
      BackupArn: await findBackupArn(call, backup),
      OtherBackupArn: await findBackupArn(call, other),
    };
    const sums = { Added: 0, Changed: 0, Removed: 0, ReadBytes: 0, ReadRequests: 0 };
    const differences: ReceivedAnswer<'CompareBackups'>['Differences'][number][] = [];
    for await (const page of readPages(call, 'CompareBackups', arns)) {
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += page[name];
      for (const { Change, Key } of keys ? page.Differences : [])
        output.printLine(`${signs[Change]} ${JSON.stringify(Key)}`);
      if (keys) differences.push(...page.Differences);
      output.showProgress('comparing', page.Progress);
    }
    const { Added, Changed, Removed, ReadBytes, ReadRequests } = sums;
    const total = Added + Changed + Removed;
    output.printLine(
      total === 0
        ? 'no difference'
        : `${renderCount(total, 'difference')}: ${Added} added, ${Changed} changed, ${Removed} removed`,
    );
    output.printLine(`read ${renderSize(ReadBytes)} in ${renderCount(ReadRequests, 'request')}`);
    return {
      exitCode: total === 0 ? 0 : 1,
      document: { ...arns, ...sums, ...(keys && { Differences: differences }) },
    };
  },
});
