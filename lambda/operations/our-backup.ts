import type { BackupRecord } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';

/** Throws `Validation` for a backup of DynamoDB's own. `instead`: what can be done. */
export function checkOurs({ source, arn }: BackupRecord, instead: string): void {
  if (source === 'native') {
    throw new TidemarkError('Validation', `Backup ${arn} is one that DynamoDB keeps: ${instead}`);
  }
}
