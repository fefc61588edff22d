import { TidemarkError } from '../runtime/errors.ts';
import { type BackupId, parseBackupId } from './ids.ts';

/** Identifies a backup: the table's name and the backup's id. */
export interface BackupKey {
  readonly table: string;
  readonly id: BackupId;
  /** The ARN in the request, if it named the backup by ARN. A record with another ARN is another backup. */
  readonly arn?: string;
}

/** A table as a request names it: by name or by ARN. */
export interface TableReference {
  readonly table: string;
  /** The ARN in the request, if it named the table by ARN. A table with another ARN is another table. */
  readonly tableArn?: string;
}

/** The parts of a backup's ARN. */
interface BackupArn extends Required<BackupKey> {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
}

const backupArn =
  /^arn:([^:]*):([^:]*):([^:]*):\d*:table\/([a-zA-Z0-9_.-]{3,255})\/backup\/(\d{14}-[0-9a-f]{8})$/;
const tableArn = /^arn:[^:]+:dynamodb:[^:]*:\d*:table\/([a-zA-Z0-9_.-]+)$/;

/** Splits the ARN of a backup. Undefined if the text does not have the form of one. */
export function parseBackupArn(arn: string): BackupArn | undefined {
  const [, partition, service, region, table, id] = backupArn.exec(arn) ?? [];
  if (partition === undefined || service === undefined || region === undefined) return undefined;
  if (table === undefined || id === undefined) return undefined;
  return { partition, service, region, table, id: parseBackupId(id), arn };
}

/** The ARN of a backup: `<table ARN>/backup/<id>`, the form that DynamoDB's own backups have. */
export function backupArnOf(tableArn: string, id: BackupId): string {
  return `${tableArn}/backup/${id}`;
}

/** Finds the table's name in the ARN of a table. Undefined if the text does not have the form of one. */
export function parseTableArn(arn: string): string | undefined {
  return tableArn.exec(arn)?.[1];
}

/** The name of a table that is given by name or ARN. */
export function tableNameOf(nameOrArn: string): string {
  return parseTableArn(nameOrArn) ?? nameOrArn;
}

/** Reads a table's name or ARN as a request gives it. */
export function parseTableReference(nameOrArn: string): TableReference {
  const table = parseTableArn(nameOrArn);
  return table === undefined ? { table: nameOrArn } : { table, tableArn: nameOrArn };
}

/**
 * Checks the ARN that a request named a thing by. Throws `AccessDenied` if it is not the thing's `own`: then the request
 * means one in another account or region, which Tidemark cannot see.
 */
export function checkArn(requested: string | undefined, own: string): void {
  if ((requested ?? own) !== own) throw new TidemarkError('AccessDenied', 'Access is denied');
}

/**
 * Checks that a backup is in the same partition, region and account as a table, by their ARNs. Throws `Validation` if the
 * partition differs, `AccessDenied` if the region or the account does. An unknown table ('') matches every backup.
 */
export function checkSameAccount(tableArn: string, backupArn: string): void {
  if (backupArn.startsWith(siblingTableArn(tableArn, ''))) return;
  const isSamePartition = backupArn.split(':')[1] === tableArn.split(':')[1];
  if (isSamePartition) throw new TidemarkError('AccessDenied', 'Access is denied');
  throw new TidemarkError('Validation', 'Invalid Request: BackupArn is not valid');
}

/** The ARN of the table of this name in the same account and region as another table. */
export function siblingTableArn(otherArn: string, name: string): string {
  return `${otherArn.slice(0, otherArn.lastIndexOf('/') + 1)}${name}`;
}
