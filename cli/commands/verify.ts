import type { ReceivedAnswer } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { backupForms, findBackupArn } from '../backup-name.ts';
import { readPages } from '../client.ts';
import { defineCommand } from '../command.ts';
import { renderCount, renderSize } from '../output.ts';
import { UsageError } from '../errors.ts';

const nextStep = `put back an earlier version of the object (a deployed bucket keeps it for 30 days); or
        restore from a backup that verifies, and request a new full backup now: CreateBackup with TidemarkOptions.Kind FULL`;

type Problem = ReceivedAnswer<'VerifyBackup'>['Problems'][number];

export const verify = defineCommand({
  summary: 'check that a backup is undamaged',
  usage: `Usage: tidemark verify <backup> [--share SHARE]

Reads the backup and checks every checksum, the order and the form of the stored lines, and that count,
size and digest of the items equal the recorded ones.

  --share SHARE        read only this share of the backup's frames, chosen at random: above 0, up to 1
                       (default: 1)
OPTIONS

${backupForms}

Exit code: 0 sound, 1 problems, 2 error`,
  operands: ['backup'],
  options: { share: { type: 'string' } },
  run: async ({ call, output }, { backup, share }) => {
    const Share = parseShare(share ?? '1');
    const BackupArn = await findBackupArn(call, backup);
    const sums = { Frames: 0, Items: 0, ProblemCount: 0, ReadBytes: 0, ReadRequests: 0 };
    const problems: Problem[] = [];
    for await (const page of readPages(call, 'VerifyBackup', { BackupArn, Share })) {
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += page[name];
      problems.push(...page.Problems);
      output.showProgress('verifying', page.Progress);
    }
    const { Frames, Items, ProblemCount, ReadBytes, ReadRequests } = sums;
    for (const line of renderProblems(problems)) output.printLine(line);
    if (ProblemCount > problems.length)
      output.printLine(`and ${renderCount(ProblemCount - problems.length, 'more problem')}`);
    output.printLine(
      `${ProblemCount === 0 ? 'sound' : renderCount(ProblemCount, 'problem')}: ${Share < 1 ? 'a sample of ' : ''}${renderCount(Frames, 'frame')} with ${renderCount(Items, 'item')}, ${renderSize(ReadBytes)} in ${renderCount(ReadRequests, 'request')}`,
    );
    return {
      exitCode: ProblemCount === 0 ? 0 : 1,
      document: { BackupArn, Share, ...sums, Problems: problems },
    };
  },
});

/** Renders the problems by object, each with the next step. */
function renderProblems(problems: readonly Problem[]): string[] {
  return [...Map.groupBy(problems, (problem) => problem.Object)].flatMap(([object, found]) => [
    object,
    ...found.map(({ Offset, Problem }) => `  ${Offset === undefined ? '' : `at byte ${Offset}: `}${Problem}`),
    `  next: ${nextStep}`,
  ]);
}

function parseShare(text: string): number {
  const share = Number(text);
  if (text.trim() !== '' && share > 0 && share <= 1) return share;
  throw new UsageError(`--share must be a number above 0 and up to 1, not ${text}`);
}
