import { TidemarkError } from '../runtime/errors.ts';
import { type BackupId, parseBackupId } from './ids.ts';

/** Where a backup's record is: the table's name and the backup's id. */
export interface BackupKey {
  readonly table: string;
  readonly id: BackupId;
  /** As it was asked for. A record with another one is not the backup that is meant. */
  readonly arn?: string;
}

/** A table as a request names it. */
export interface TableReference {
  /** Its name. */
  readonly table: string;
  /** As it was asked for. A table with another one is not the table that is meant. */
  readonly tableArn?: string;
}

/** What the ARN of a backup says. */
interface BackupArn extends Required<BackupKey> {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
}

const backupArn =
  /^arn:([^:]*):([^:]*):([^:]*):\d*:table\/([a-zA-Z0-9_.-]{3,255})\/backup\/(\d{14}-[0-9a-f]{8})$/;
const tableArn = /^arn:[^:]+:dynamodb:[^:]*:\d*:table\/([a-zA-Z0-9_.-]+)$/;

/** What an ARN says; undefined if it has not the form of a backup's. */
export function parseBackupArn(arn: string): BackupArn | undefined {
  const [, partition, service, region, table, id] = backupArn.exec(arn) ?? [];
  if (partition === undefined || service === undefined || region === undefined) return undefined;
  if (table === undefined || id === undefined) return undefined;
  return { partition, service, region, table, id: parseBackupId(id), arn };
}

/** `<table ARN>/backup/<id>`, the form of DynamoDB's own backups. */
export function backupArnOf(tableArn: string, id: BackupId): string {
  return `${tableArn}/backup/${id}`;
}

/** The name in a table's ARN; undefined if it is none. */
export function parseTableArn(arn: string): string | undefined {
  return tableArn.exec(arn)?.[1];
}

/** A table's name from its name or ARN. */
export function tableNameOf(nameOrArn: string): string {
  return parseTableArn(nameOrArn) ?? nameOrArn;
}

/** The table that a name or an ARN asks for. */
export function parseTableReference(nameOrArn: string): TableReference {
  const table = parseTableArn(nameOrArn);
  return table === undefined ? { table: nameOrArn } : { table, tableArn: nameOrArn };
}

/**
 * Throws `AccessDenied` if what has this ARN was asked for by another one: that is in another account or region, where
 * Tidemark may have nothing.
 */
export function checkArn(asked: string | undefined, own: string): void {
  if ((asked ?? own) !== own) throw new TidemarkError('AccessDenied', 'Access is denied');
}

/**
 * Throws for the ARN of a backup that cannot be of a table beside this one: `Validation` if its partition is another,
 * `AccessDenied` if its region or account is. Of a table that is not known ('') it can be.
 */
export function checkSameAccount(tableArn: string, backupArn: string): void {
  if (backupArn.startsWith(siblingTableArn(tableArn, ''))) return;
  const isHere = backupArn.split(':')[1] === tableArn.split(':')[1];
  if (isHere) throw new TidemarkError('AccessDenied', 'Access is denied');
  throw new TidemarkError('Validation', 'Invalid Request: BackupArn is not valid');
}

/** The ARN of a table of this name in the account and region of another. */
export function siblingTableArn(otherArn: string, name: string): string {
  return `${otherArn.slice(0, otherArn.lastIndexOf('/') + 1)}${name}`;
}
