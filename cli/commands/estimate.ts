import type { ReceivedAnswer } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { backupArn, backupForms } from '../backup-name.ts';
import { command } from '../command.ts';
import { count, duration, money, size } from '../output.ts';

export const estimate = command({
  summary: 'tell what a restore would cost and how long it would take',
  usage: `Usage: tidemark estimate <backup>

Tells what a restore of the backup would cost and how long it would take: by an import of DynamoDB's, and by
writes. Nothing is restored, and nothing of the backup is read.

Both are spans, wide where little is promised. The table that is made is billed as any other; its global
indexes are built after its items are there.

OPTIONS

${backupForms}

Exit code: 0 told, 2 trouble`,
  operands: ['backup'],
  options: {},
  run: async ({ call, output }, { backup }) => {
    const BackupArn = await backupArn(call, backup);
    const { Estimate } = await call('EstimateRestore', { BackupArn });
    for (const line of linesOf(Estimate)) output.say(line);
    return { exitCode: 0, document: { BackupArn, Estimate } };
  },
});

type Estimate = ReceivedAnswer<'EstimateRestore'>['Estimate'];

function linesOf({ Items, Bytes, Ways, Choice, Auto, Prices }: Estimate): string[] {
  return [
    `${count(Items, 'item')}, ${size(Bytes)}`,
    ...Ways.map((way) => `${names[way.Way]}: ${taken(way)}`),
    `a restore goes ${names[Choice.Way]}: ${Choice.Why}`,
    ...(Auto.Way === Choice.Way ? [] : [`with restoreBy auto it would go ${names[Auto.Way]}: ${Auto.Why}`]),
    `prices of ${Prices.Region}, as of ${Prices.AsOf}`,
  ];
}

const names = { IMPORT: 'by import', WRITES: 'by writes' } as const;

function taken({ Reason, Usd, Seconds }: Estimate['Ways'][number]): string {
  if (Usd === undefined || Seconds === undefined) return `not possible: ${Reason ?? 'not said why'}`;
  return `${span(money(Usd.Low), money(Usd.High))}, ${span(duration(Seconds.Low), duration(Seconds.High))}`;
}

function span(low: string, high: string): string {
  return low === high ? low : `${low} to ${high}`;
}
