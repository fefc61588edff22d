import type { Call } from './client.ts';
import type { ReceivedAnswer } from '../lambda/dialects/dynamodb/api-operations.ts';
import { Trouble, UsageError } from './trouble.ts';

type Listed = ReceivedAnswer<'ListBackups'>;

export const backupForms = `A <backup> is an ARN, or <table>:latest (the last one that is AVAILABLE), or <table>/<backup id>
(the id is the last part of the ARN).`;

const latest = /^([\w.-]+):latest$/;
const byId = /^([\w.-]+)\/((\d{14})-[0-9a-f]{8})$/;

/**
 * The ARN of the backup that a text names. Throws `UsageError` for text of no form that names one, `Trouble` if there is
 * no such backup.
 */
export async function backupArn(call: Call, text: string): Promise<string> {
  if (text.startsWith('arn:')) return text;
  const [, newestOf] = latest.exec(text) ?? [];
  if (newestOf !== undefined) return newest(call, newestOf);
  const [, table, id, marker] = byId.exec(text) ?? [];
  if (table === undefined) throw new UsageError(`not the name of a backup: ${text}`);
  // An id begins with the time of the request, in milliseconds; the wire has seconds.
  const time = Number(marker) / 1000;
  const found = await Array.fromAsync(
    summaries(call, { TableName: table, TimeRangeLowerBound: time, TimeRangeUpperBound: time + 0.001 }),
  );
  const arn = found.map(({ BackupArn }) => BackupArn).find((each) => each.endsWith(`/backup/${id}`));
  if (arn === undefined) throw noBackup(`table ${table} has no backup ${id}`);
  return arn;
}

async function newest(call: Call, table: string): Promise<string> {
  let arn: string | undefined;
  for await (const { BackupArn, BackupStatus } of summaries(call, { TableName: table })) {
    if (BackupStatus === 'AVAILABLE') arn = BackupArn;
  }
  if (arn === undefined) throw noBackup(`table ${table} has no backup that is AVAILABLE`);
  return arn;
}

/** Oldest first. */
async function* summaries(call: Call, input: object): AsyncGenerator<Listed['BackupSummaries'][number]> {
  let after: string | undefined;
  do {
    const page: Listed = await call('ListBackups', { ...input, ExclusiveStartBackupArn: after });
    yield* page.BackupSummaries;
    after = page.LastEvaluatedBackupArn;
  } while (after !== undefined);
}

function noBackup(message: string): Trouble {
  return new Trouble(message, 'see which backups there are: aws dynamodb list-backups');
}
