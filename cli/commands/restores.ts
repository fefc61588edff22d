import type { ReceivedAnswer } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { readPages } from '../client.ts';
import { defineCommand } from '../command.ts';

export const restores = defineCommand({
  summary: 'list restores, newest first, and why they failed',
  usage: `Usage: tidemark restores [table] [--failed]

Lists the latest restore of each target table, newest first. With a table, lists only restores of that
table or into it.

  --failed             only restores that failed
OPTIONS

Exit code: 0 success, 2 error`,
  operands: [],
  optionalOperands: ['table'],
  options: { failed: { type: 'boolean' } },
  run: async ({ call, output }, { table, failed }) => {
    const wanted = { TableName: table, RestoreStatus: failed === true ? 'FAILED' : undefined };
    const listed: Restore[] = [];
    for await (const { Restores } of readPages(call, 'ListRestores', wanted)) {
      for (const restore of Restores) output.printLine(renderRestore(restore));
      listed.push(...Restores);
    }
    if (listed.length === 0) output.printLine('there are no restores');
    return { exitCode: 0, document: { Restores: listed } };
  },
});

type Restore = ReceivedAnswer<'ListRestores'>['Restores'][number];

/** One line, and a second one if there is something to explain. */
function renderRestore(restore: Restore): string {
  const { TargetTableName, RestoreStatus, RequestDateTime, Reason } = restore;
  const requested = `requested ${renderTime(RequestDateTime)}`;
  const line = `${TargetTableName}: ${RestoreStatus}, ${requested}, ${renderSource(restore)}`;
  return Reason === undefined ? line : `${line}\n  ${Reason}`;
}

function renderSource({ BackupArn, SourceTableName, ContentDateTime }: Restore): string {
  return BackupArn === undefined
    ? `${SourceTableName} as of ${renderTime(ContentDateTime)}`
    : `from ${BackupArn}`;
}

/** Renders epoch seconds: `2019-12-17T21:00:00Z`. */
function renderTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}
