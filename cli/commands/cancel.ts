import { backupForms, findBackupArn } from '../backup-name.ts';
import { defineCommand } from '../command.ts';
import { escapeInvisible } from '../output.ts';

export const cancel = defineCommand({
  summary: 'cancel a backup that still waits to be made',
  usage: `Usage: tidemark cancel <backup>

Cancels a backup that waits for its table: it ends as failed, and DescribeBackup says who cancelled it. A
backup that is being made already is not stopped; delete it when it has ended.

OPTIONS

${backupForms}

Exit code: 0 cancelled, 2 error`,
  operands: ['backup'],
  options: {},
  run: async ({ call, output }, { backup }) => {
    const answer = await call('CancelBackup', { BackupArn: await findBackupArn(call, backup) });
    output.printLine(escapeInvisible(answer.Reason));
    return { exitCode: 0, document: { ...answer } };
  },
});
