import { maxRunningRestores } from '../catalog/restore-writes.ts';
import { tooManyRestoresError } from '../catalog/restore-errors.ts';
import type { RestoreRecord } from '../model/records.ts';
import { checkIndexKeys } from '../restore/target-indexes.ts';
import { planTarget } from '../restore/target-description.ts';
import type { RequestServices } from '../services/operation-services.ts';
import { computeEstimate, noEstimate, type RestoreEstimate } from './estimate-restore.ts';
import { checkNotNative } from './find-backup.ts';
import { readRestoreRequest, type RestoreTableInput } from './restore-request.ts';

/** A restore that passed all checks and was not started. */
export interface DryRun {
  readonly restore: Pick<
    RestoreRecord,
    'target' | 'backupArn' | 'source' | 'description' | 'contentTime' | 'requestedAt'
  >;
  readonly estimate: RestoreEstimate;
}

/**
 * Checks a restore as `restoreTable` does and estimates it, without starting it. The index of running restores may lag, so
 * the restore itself may still throw `LimitExceeded`. Throws what `restoreTable` throws, and `Validation` for one of
 * DynamoDB's own backups.
 */
export async function dryRunRestore(services: RequestServices, input: RestoreTableInput): Promise<DryRun> {
  const { target, overrides = {} } = input;
  const { backup, conflict } = await readRestoreRequest(services, input);
  checkNotNative(backup, noEstimate);
  const description = planTarget(backup.description, overrides);
  checkIndexKeys(description, services.config);
  if (conflict !== undefined) throw conflict;
  const running = await services.catalog.restores.listRunning();
  if (running.length >= maxRunningRestores) throw tooManyRestoresError();
  return {
    restore: {
      target,
      backupArn: backup.arn,
      source: backup.table,
      description,
      contentTime: backup.marker,
      requestedAt: services.clock.now(),
    },
    estimate: computeEstimate(backup.figures, description, services.config),
  };
}
