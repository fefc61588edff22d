import type { RestoreRecord } from '../model/records.ts';
import { explainRestore } from '../model/restore-outcome.ts';
import type { Services } from '../services/services.ts';
import { clearTarget } from './target-table.ts';

/** So long after a restore's end no step of it runs any more: a function lives for 15 minutes at most. */
export const lateTableDelayMs = 20 * 60 * 1000;

/**
 * Looks once more, `lateTableDelayMs` after its end, at the target of a restore that failed without a table: a late twin of the step
 * that makes the table may have made it afterwards. While the table changes, the next call looks again. Any other fate is
 * final: a table that the record reports as kept is never deleted, as its owner may have plans for it.
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
