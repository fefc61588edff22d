import type { BackupId } from './records.ts';

/** Where a backup's record is: the table's name and the backup's id. */
export interface BackupKey {
  readonly table: string;
  readonly id: BackupId;
}

const backupArn = /^arn:[^:]+:dynamodb:[^:]*:\d*:table\/([a-zA-Z0-9_.-]+)\/backup\/(\d{14}-[0-9a-f]{8})$/;
const tableArn = /^arn:[^:]+:dynamodb:[^:]*:\d*:table\/([a-zA-Z0-9_.-]+)$/;

/** The backup that an ARN names; undefined if it is not the ARN of a backup. */
export function parseBackupArn(arn: string): BackupKey | undefined {
  const match = backupArn.exec(arn);
  return match?.[1] === undefined ? undefined : { table: match[1], id: match[2] as BackupId };
}

/** `<table ARN>/backup/<id>`, the form of DynamoDB's own backups. */
export function backupArnOf(tableArn: string, id: BackupId): string {
  return `${tableArn}/backup/${id}`;
}

/** A table's name from its name or ARN. */
export function tableNameOf(nameOrArn: string): string {
  return tableArn.exec(nameOrArn)?.[1] ?? nameOrArn;
}

/** `<14-digit epoch ms>-<8 hex>`. */
export function backupId(marker: number, hex: string): BackupId {
  return `${String(marker).padStart(14, '0')}-${hex}` as BackupId;
}
