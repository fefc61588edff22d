import { TidemarkError } from '../runtime/errors.ts';

/** `<14-digit epoch ms>-<8 hex>`: sorts by marker, and is the last part of the backup's ARN. */
export type BackupId = string & { readonly brand: 'BackupId' };

/** `<14-digit epoch ms>-<8 hex>`: sorts by the time of the request. */
export type RestoreId = string & { readonly brand: 'RestoreId' };

/** The form of both kinds of id. */
const idPattern = /^\d{14}-[0-9a-f]{8}$/;

/** Makes the id of a backup. `marker`: epoch ms. `hex`: 8 random hex digits. */
export function createBackupId(marker: number, hex: string): BackupId {
  return parseBackupId(joinId(marker, hex));
}

/** Makes the id of a restore. `requestedAt`: epoch ms. `hex`: 8 random hex digits. */
export function createRestoreId(requestedAt: number, hex: string): RestoreId {
  return parseRestoreId(joinId(requestedAt, hex));
}

/** Checks that a text from outside is the id of a backup. Throws `IdInvalid`. */
export function parseBackupId(text: string): BackupId {
  if (isBackupId(text)) return text;
  throw new TidemarkError('IdInvalid', `not the id of a backup: ${text}`);
}

/** Checks that a text from outside is the id of a restore. Throws `IdInvalid`. */
export function parseRestoreId(text: string): RestoreId {
  if (isRestoreId(text)) return text;
  throw new TidemarkError('IdInvalid', `not the id of a restore: ${text}`);
}

/** The marker that a backup's id begins with, epoch ms. */
export function markerOf(id: BackupId): number {
  return Number(id.slice(0, 14));
}

/** When a restore was requested, epoch ms: its id begins with it. */
export function requestTimeOf(id: RestoreId): number {
  return Number(id.slice(0, 14));
}

function joinId(time: number, hex: string): string {
  return `${String(time).padStart(14, '0')}-${hex}`;
}

/** True if the text has the form of an id of a backup. */
export function isBackupId(text: unknown): text is BackupId {
  return typeof text === 'string' && idPattern.test(text);
}

/** True if the text has the form of an id of a restore. */
export function isRestoreId(text: unknown): text is RestoreId {
  return typeof text === 'string' && idPattern.test(text);
}
