import type { RestoreRecord } from '../model/records.ts';
import { explainRestore } from '../model/restore-outcome.ts';
import type { Services } from '../services/services.ts';
import { clearTarget } from './target-table.ts';

/**
 * Removes a table that a late twin of a step made after its restore had failed and ended. The reconciler calls it
 * `lateTableDelayMs` after the end, and again while the table is changing. It considers only restores that ended without a
 * table: a table that the record reports as kept is never deleted, because its owner may need it.
 */
export async function removeLateTable(services: Services, restore: RestoreRecord): Promise<void> {
  if (restore.targetFate?.kind === 'absent') {
    const fate = await clearTarget(services, restore, { isLast: true });
    if (fate === 'wait' || fate === 'untagged') return;
    if (fate.kind !== 'absent') await recordFate(services, { ...restore, targetFate: fate });
  }
  await services.catalog.restores.forget(restore);
}

async function recordFate(
  { catalog, log }: Services,
  restore: RestoreRecord & Required<Pick<RestoreRecord, 'targetFate'>>,
): Promise<void> {
  await catalog.restores.changeFate(restore, restore.targetFate);
  const facts = { table: restore.target, restore: restore.id, reason: explainRestore(restore) };
  log.error('the late table of a failed restore was not removed', facts);
}
