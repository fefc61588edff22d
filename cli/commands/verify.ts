import type { ReceivedAnswer } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { backupArn, backupForms } from '../backup-name.ts';
import { pages } from '../client.ts';
import { command } from '../command.ts';
import { count, size } from '../output.ts';
import { UsageError } from '../trouble.ts';

const whatToDo = `put back an earlier version of the object (a deployed bucket keeps them for 30 days), or else
        restore from a backup that verifies, and request a full one now: CreateBackup with TidemarkOptions.Kind FULL`;

type Problem = ReceivedAnswer<'VerifyBackup'>['Problems'][number];

export const verify = command({
  summary: 'prove that a backup is as it was written',
  usage: `Usage: tidemark verify <backup> [--share SHARE]

Reads the backup and proves it: every checksum, the order and the form of what is stored, and that count,
size and digest of the items are those that were recorded.

  --share SHARE        read only this share of its frames, picked at random: above 0, up to 1 (1)
OPTIONS

${backupForms}

Exit code: 0 sound, 1 there are problems, 2 trouble`,
  operands: ['backup'],
  options: { share: { type: 'string' } },
  run: async ({ call, output }, { backup, share }) => {
    const Share = shareOf(share ?? '1');
    const BackupArn = await backupArn(call, backup);
    const sums = { Frames: 0, Items: 0, ProblemCount: 0, ReadBytes: 0, ReadRequests: 0 };
    const problems: Problem[] = [];
    for await (const page of pages(call, 'VerifyBackup', { BackupArn, Share })) {
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += page[name];
      problems.push(...page.Problems);
      output.progress('verifying', page.Progress);
    }
    const { Frames, Items, ProblemCount, ReadBytes, ReadRequests } = sums;
    for (const line of problemLines(problems)) output.say(line);
    if (ProblemCount > problems.length)
      output.say(`and ${count(ProblemCount - problems.length, 'more problem')}`);
    output.say(
      `${ProblemCount === 0 ? 'sound' : count(ProblemCount, 'problem')}: ${Share < 1 ? 'a sample of ' : ''}${count(Frames, 'frame')} with ${count(Items, 'item')}, ${size(ReadBytes)} in ${count(ReadRequests, 'request')}`,
    );
    return {
      exitCode: ProblemCount === 0 ? 0 : 1,
      document: { BackupArn, Share, ...sums, Problems: problems },
    };
  },
});

/** Object by object, and for each what to do. */
function problemLines(problems: readonly Problem[]): string[] {
  return [...Map.groupBy(problems, (problem) => problem.Object)].flatMap(([object, found]) => [
    object,
    ...found.map(({ Offset, Problem }) => `  ${Offset === undefined ? '' : `at byte ${Offset}: `}${Problem}`),
    `  next: ${whatToDo}`,
  ]);
}

function shareOf(text: string): number {
  const share = Number(text);
  if (text.trim() !== '' && share > 0 && share <= 1) return share;
  throw new UsageError(`--share must be a number above 0 and up to 1, not ${text}`);
}
