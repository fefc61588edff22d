import { isHeadInReach } from '../backup/stream-reach.ts';
import { toSinkMember } from '../model/data-sinks.ts';
import type { TableRecord } from '../model/records.ts';
import { createBackup } from '../operations/create-backup.ts';
import { isError, reasonOf } from '../runtime/errors.ts';
import { isBusy } from '../runtime/throttling.ts';
import type { Services } from '../services/services.ts';
import { oldestParentMs } from '../sources/limits.ts';
import { describeTable } from '../tables/table.ts';

/** The age at which a head is moved. Streams keep 24 hours, so there is time for two more tries. */
const headAgeMs = 8 * 60 * 60 * 1000;

/** The time between two tries to move a head: the owner sees each try that fails as a failed backup. */
const moveEveryMs = 60 * 60 * 1000;

/**
 * Moves an old head forward by an internal backup, before the stream loses the changes since. It does so only while the
 * stream still holds those changes, no backup of the table is in progress, and there is a backup for whose sake the
 * head is kept. A head in a data sink that was removed from the configuration is not moved.
 */
export async function moveHead(services: Services, table: TableRecord): Promise<void> {
  const { name, sink, head, turn, pending, lastMarker, unreachableAt = 0 } = table;
  const now = services.clock.now();
  const lastTry = Math.max(lastMarker, unreachableAt);
  const isIdle = turn === undefined && pending.length === 0 && now - lastTry >= moveEveryMs;
  const age = head === undefined ? 0 : now - head.marker;
  if (head === undefined || !isIdle || age < headAgeMs || age > oldestParentMs) return;
  if (!(await services.catalog.backups.isHeadWanted({ table: name, sink }))) return;
  try {
    const described = await describeTable(services.dynamodb, name);
    if (described.status === 'DELETING' || !(await isHeadInReach(services, described, head))) return;
    await createBackup(services, {
      table: name,
      // No other source: a new base costs money, and nobody requested one.
      source: 'stream',
      name: 'tidemark-head',
      internal: true,
      ...toSinkMember(sink),
      expiresAt: head.marker,
    });
  } catch (error) {
    if (isError(error, 'SinkUnreachable')) {
      // Its backups may become bases, but nothing is lost: a request for a backup there gets this error.
      services.log.warn('the head was not moved', { table: name, sink, reason: reasonOf(error) });
      return services.catalog.turns.noteUnreachable({ table: name, sink });
    }
    // A table or a data sink that is gone, or a table that is being deleted, needs no head. If the account is busy, the next call tries again.
    if (!isError(error, 'TableNotFound', 'TableInUse', 'SinkNotFound') && !isBusy(error)) throw error;
  }
}
