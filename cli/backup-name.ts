import type { Call } from './client.ts';
import type { ReceivedAnswer } from '../lambda/dialects/dynamodb/api-operations.ts';
import { CommandError, UsageError } from './errors.ts';

type Listed = ReceivedAnswer<'ListBackups'>;

/** The part of a command's usage that explains its operand `<backup>`. */
export const backupForms = `A <backup> is an ARN, or <table>:latest (the newest AVAILABLE backup of the table), or
<table>/<backup id> (the id is the last part of the ARN).`;

/** `<table>:latest` */
const latestForm = /^([\w.-]+):latest$/;
/** `<table>/<id>`; the id begins with the request's time, in epoch ms. */
const idForm = /^([\w.-]+)\/((\d{14})-[0-9a-f]{8})$/;

/**
 * Finds the ARN of the backup that an operand names. Throws `UsageError` if the operand has none of the forms, `CommandError`
 * if there is no such backup.
 */
export async function findBackupArn(call: Call, text: string): Promise<string> {
  if (text.startsWith('arn:')) return text;
  const [, latestOf] = latestForm.exec(text) ?? [];
  if (latestOf !== undefined) return findLatest(call, latestOf);
  const [, table, id, marker] = idForm.exec(text) ?? [];
  if (table === undefined) throw new UsageError(`${text} does not name a backup`);
  // The wire has seconds.
  const time = Number(marker) / 1000;
  const found = await Array.fromAsync(
    listBackups(call, {
      TableName: table,
      TimeRangeLowerBound: time,
      TimeRangeUpperBound: time + 0.001,
      // For a failed backup, the operation answers with the reason.
      TidemarkOptions: { IncludeFailed: true },
    }),
  );
  const arn = found.map(({ BackupArn }) => BackupArn).find((each) => each.endsWith(`/backup/${id}`));
  if (arn === undefined) throw noSuchBackupError(`table ${table} has no backup ${id}`);
  return arn;
}

async function findLatest(call: Call, table: string): Promise<string> {
  let arn: string | undefined;
  for await (const { BackupArn, BackupStatus } of listBackups(call, { TableName: table })) {
    if (BackupStatus === 'AVAILABLE') arn = BackupArn;
  }
  if (arn === undefined) throw noSuchBackupError(`table ${table} has no AVAILABLE backup`);
  return arn;
}

/** Lists the backups, oldest first. */
async function* listBackups(call: Call, input: object): AsyncGenerator<Listed['BackupSummaries'][number]> {
  let after: string | undefined;
  do {
    const page: Listed = await call('ListBackups', { ...input, ExclusiveStartBackupArn: after });
    yield* page.BackupSummaries;
    after = page.LastEvaluatedBackupArn;
  } while (after !== undefined);
}

function noSuchBackupError(message: string): CommandError {
  return new CommandError(message, 'list the backups: aws dynamodb list-backups');
}
