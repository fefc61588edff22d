import type { ReceivedAnswer } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { backupForms, findBackupArn } from '../backup-name.ts';
import { defineCommand } from '../command.ts';
import { renderCount, renderDuration, renderMoney, renderSize } from '../output.ts';

export const estimate = defineCommand({
  summary: 'show what a restore would cost and how long it would take',
  usage: `Usage: tidemark estimate <backup>

Shows what a restore of the backup would cost and how long it would take, by an import of DynamoDB's and
by writes. Restores nothing, and reads nothing of the backup.

Costs and times are ranges, wide where AWS promises little. The cost includes writing the global indexes;
the time does not, because they are built after the items are there. The new table is then billed as any other.

OPTIONS

${backupForms}

Exit code: 0 success, 2 error`,
  operands: ['backup'],
  options: {},
  run: async ({ call, output }, { backup }) => {
    const BackupArn = await findBackupArn(call, backup);
    const { Estimate } = await call('EstimateRestore', { BackupArn });
    for (const line of renderEstimate(Estimate)) output.printLine(line);
    return { exitCode: 0, document: { BackupArn, Estimate } };
  },
});

type Estimate = ReceivedAnswer<'EstimateRestore'>['Estimate'];

function renderEstimate({ Items, Bytes, Ways, Choice, Auto, Prices }: Estimate): string[] {
  return [
    `${renderCount(Items, 'item')}, ${renderSize(Bytes)}`,
    ...Ways.map((way) => `${names[way.Way]}: ${renderWay(way)}`),
    `a restore would be made ${names[Choice.Way]}: ${Choice.Why}`,
    ...(Auto.Way === Choice.Way
      ? []
      : [`with restoreBy auto it would be made ${names[Auto.Way]}: ${Auto.Why}`]),
    `prices of ${Prices.Region}, as of ${Prices.AsOf}`,
  ];
}

const names = { IMPORT: 'by import', WRITES: 'by writes' } as const;

function renderWay({ Reason, Usd, Seconds }: Estimate['Ways'][number]): string {
  if (Usd === undefined || Seconds === undefined) return `not possible: ${Reason ?? 'no reason given'}`;
  return `${renderRange(renderMoney(Usd.Low), renderMoney(Usd.High))}, ${renderRange(renderDuration(Seconds.Low), renderDuration(Seconds.High))}`;
}

function renderRange(low: string, high: string): string {
  return low === high ? low : `${low} to ${high}`;
}
