import type { StartedRestore } from '../native/recovery.ts';
import { listRepairedIndexes } from '../restore/repair-source.ts';
import { checkIndexKeys } from '../restore/target-indexes.ts';
import { planTarget } from '../restore/target-description.ts';
import type { RequestServices } from '../services/operation-services.ts';
import { readRestoreRequest, type RestoreTableInput, startOnce, startRestore } from './restore-request.ts';

/**
 * Starts the restore of a backup into a new table. Several restores may read the same backup at the same time.
 *
 * Throws, in this order, `BackupNotFound`, `BackupNotAvailable`, `Validation` (an override that does not fit),
 * `TableInUse` (a restore is creating the target), `TableAlreadyExists`, `SinkNotFound`, `SinkUnreachable`, `LimitExceeded`. DynamoDB restores its own
 * backups, and checks the overrides last.
 */
export function restoreTable(services: RequestServices, input: RestoreTableInput): Promise<StartedRestore> {
  return startOnce(services, { ...input, source: input.backup.table }, () => start(services, input));
}

async function start(services: RequestServices, input: RestoreTableInput): Promise<StartedRestore> {
  const { target, overrides = {}, requestedBy, requestKey } = input;
  const common = {
    target,
    ...(requestedBy !== undefined && { requestedBy }),
    ...(requestKey !== undefined && { requestKey }),
  };
  const { verifyTarget = services.config.verifyTarget } = overrides;
  const { backup, conflict } = await readRestoreRequest(services, input);
  if (backup.nativeArn !== undefined) {
    if (conflict !== undefined) throw conflict;
    return { table: await services.native.restore({ ...common, arn: backup.nativeArn, overrides }) };
  }
  const description = planTarget(backup.description, overrides);
  checkIndexKeys(description, services.config);
  if (conflict !== undefined) throw conflict;
  await services.sinks.checkReadable(backup.sink);
  const repairedIndexes = listRepairedIndexes(backup.description, overrides);
  const restore = await services.catalog.restores.create({
    ...common,
    backup,
    description,
    repairedIndexes,
    verifyTarget,
  });
  await startRestore(services, restore);
  return { restore };
}
