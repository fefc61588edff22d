import { TidemarkError } from '../runtime/errors.ts';
import { type BackupId, parseBackupId } from './ids.ts';
import { isKnownRegion } from './regions.ts';

/** Identifies a backup: the table's name and the backup's id. */
export interface BackupKey {
  readonly table: string;
  readonly id: BackupId;
  /** The ARN in the request, if the request named the backup by ARN. Its region may differ from the backup's. */
  readonly arn?: string;
}

/** A table as a request names it: by name or by ARN. */
export interface TableReference {
  readonly table: string;
  /** The ARN in the request, if the request named the table by ARN. A table with another ARN is another table. */
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

/** The partition, region and account of a table or backup, from its ARN. */
interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

function placeOf(arn: string): Place {
  const [, partition = '', , region = '', account = ''] = arn.split(':');
  return { partition, region, account };
}

/**
 * Compares the ARN by which a request named a table with the table's `own`. Throws `Validation`, in DynamoDB's words, if
 * it is of another partition or region, and `AccessDenied` if it is of another account.
 */
export function checkArn(requested: string | undefined, own: string): void {
  if (requested === undefined || requested === own) return;
  const [asked, here] = [placeOf(requested), placeOf(own)];
  for (const part of ['partition', 'region'] as const) {
    if (asked[part] === here[part]) continue;
    const text = `1 validation error detected: Invalid AWS ${part} in '${requested}'`;
    throw new TidemarkError('Validation', text);
  }
  throw accessDeniedError();
}

/**
 * Checks the ARN of a backup against that of any table here; '' stands for an unknown table and matches all. Throws
 * `Validation` for another partition and for a region that AWS does not have, and `AccessDenied` for another account and
 * for no region. Another region of AWS passes: DynamoDB ignores it.
 */
export function checkBackupPlace(tableArn: string, backupArn: string): void {
  if (tableArn === '') return;
  const [asked, here] = [placeOf(backupArn), placeOf(tableArn)];
  if (asked.partition !== here.partition) throw invalidBackupArnError();
  if (asked.account !== here.account) throw accessDeniedError();
  if (asked.region === here.region) return;
  if (asked.region === '') throw accessDeniedError();
  if (!isKnownRegion(asked.region)) throw invalidBackupArnError();
}

/** True if both ARNs are of one region; '' stands for an unknown ARN, which is of every region. */
export function isSameRegion(arn: string, other: string): boolean {
  return arn === '' || other === '' || placeOf(arn).region === placeOf(other).region;
}

/** True if both ARNs are of one account; '' stands for an unknown ARN, which is of every account. */
export function isSameAccount(arn: string, other: string): boolean {
  return arn === '' || other === '' || placeOf(arn).account === placeOf(other).account;
}

function accessDeniedError(): TidemarkError {
  return new TidemarkError('AccessDenied', 'Access is denied');
}

function invalidBackupArnError(): TidemarkError {
  return new TidemarkError('Validation', 'Invalid Request: BackupArn is not valid');
}

/** Builds the ARN of the table of this name in the same account and region as another table. */
export function buildSiblingTableArn(otherArn: string, name: string): string {
  return `${otherArn.slice(0, otherArn.lastIndexOf('/') + 1)}${name}`;
}
