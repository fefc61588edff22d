import type { BackupKey } from '../model/backup-arn.ts';
import type { RestoreRecord, TableRecord } from '../model/records.ts';
import { reconcileNative } from './reconcile-native.ts';
import { createBackup } from '../operations/create-backup.ts';
import { endBackup } from '../operations/delete-backup.ts';
import { abortRestore } from '../restore/abort-restore.ts';
import { lateTableDelayMs, removeLateTable } from '../restore/remove-late-table.ts';
import { isError, reasonOf } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { isBusy } from '../runtime/throttling.ts';
import { describeTable } from '../tables/table.ts';
import { oldestParentMs } from '../sources/limits.ts';
import { createRestoreJob, executionName } from '../jobs/job.ts';
import { isHeadInReach } from '../backup/stream-reach.ts';
import { startNext } from '../backup/hand-over.ts';

/** A backup or restore whose executions ended so often without bringing it to an end is given up. */
const mostAttempts = 5;

/** Streams keep 24 hours: a head this old is moved forward, with two more tries before it falls off. */
const headAgeMs = 8 * 60 * 60 * 1000;

/** Attempts to move a head are so far apart: each one that fails is a failed backup in the owner's eyes. */
const moveEveryMs = 60 * 60 * 1000;

/** A head is moved for the sake of a backup among so many. */
const mostLooked = 1000;

const abandoned = 'its executions ended without finishing it; see the state machine’s history';

/**
 * Finds what no execution brings to an end any more, and mends it: requests that were never started, executions that
 * crashed, backups of DynamoDB's own, heads about to fall off their stream, backups whose time is over. Everything it does is a conditional
 * write, so it may run at any time, also twice at once. One table's trouble does not keep it from the others; answered is
 * how many had any, among them each native backup that has failed. The log says why.
 */
export async function reconcile(services: Services): Promise<{ readonly troubles: number }> {
  const { catalog, clock, log } = services;
  let troubles = 0;
  const guarded = async (facts: object, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      troubles++;
      log.error('reconcile failed', { ...facts, reason: reasonOf(error) });
    }
  };
  for (const table of await catalog.turns.listTables()) {
    await guarded({ table: table.name }, () => reconcileTable(services, table));
  }
  for (const restore of await catalog.restores.listRunning()) {
    await guarded({ restore: restore.id }, () => reconcileRestore(services, restore));
  }
  for (const restore of await catalog.restores.listFailed(clock.now() - lateTableDelayMs)) {
    await guarded({ restore: restore.id }, () => removeLateTable(services, restore));
  }
  for (const key of await catalog.natives.listCreating()) {
    await guarded({ backup: key.id }, () => reconcileNative(services, key));
  }
  for (const key of await catalog.backups.listExpired(clock.now())) {
    await guarded({ backup: key.id }, () => expire(services, key));
  }
  return { troubles };
}

async function reconcileTable(services: Services, table: TableRecord): Promise<void> {
  if (table.turn !== undefined) {
    await reconcileTurn(services, table);
  } else if (await isOrphaned(services, table)) {
    await startNext(services, table.name);
  }
  await moveHead(services, table);
}

async function reconcileTurn(services: Services, { name, turn }: TableRecord): Promise<void> {
  const { catalog, clock, config, executions } = services;
  if (turn === undefined || clock.now() - turn.since < config.reconcileGraceMs) return;
  if ((await executions.state('backup', turn.execution)) === 'running') return;
  const backup = await catalog.backups.get({ table: name, id: turn.backup });
  if ((backup?.attempts ?? 0) < mostAttempts) return startNext(services, name, turn);
  await catalog.turns.fail({ table: name, backup: turn.backup, execution: turn.execution }, abandoned);
  await startNext(services, name);
}

/** The earliest pending backup waits although the turn is free, and not just because its execution is about to begin. */
async function isOrphaned({ catalog, clock, config }: Services, table: TableRecord): Promise<boolean> {
  const [first] = table.pending;
  if (first === undefined) return false;
  const backup = await catalog.backups.get({ table: table.name, id: first });
  return backup !== undefined && clock.now() - backup.marker >= config.reconcileGraceMs;
}

/**
 * A head older than 8 hours is moved forward by an internal backup, as long as the table's stream tells of all changes
 * since and there is a backup to keep it for.
 */
async function moveHead(services: Services, table: TableRecord): Promise<void> {
  const { name, head } = table;
  const now = services.clock.now();
  const idle =
    table.turn === undefined && table.pending.length === 0 && now - table.lastMarker >= moveEveryMs;
  const age = head === undefined ? 0 : now - head.marker;
  if (head === undefined || !idle || age < headAgeMs || age > oldestParentMs) return;
  const backups = await services.catalog.backups.list({ table: name, limit: mostLooked });
  if (backups.every(({ source }) => source === 'native')) return;
  try {
    if (!(await isHeadInReach(services, await describeTable(services.dynamodb, name), head))) return;
    await createBackup(services, {
      table: name,
      // By nothing else: a base would have to be paid for, and nobody asked for one.
      source: 'stream',
      name: 'tidemark-head',
      internal: true,
      expiresAt: head.marker,
    });
  } catch (error) {
    // A table that is gone, or is being deleted, has no head to keep; what there is no room for is tried at the next call.
    if (!isError(error, 'TableNotFound', 'TableInUse') && !isBusy(error)) throw error;
  }
}

async function reconcileRestore(services: Services, restore: RestoreRecord): Promise<void> {
  const { catalog, clock, config, executions } = services;
  const execution = executionName(restore.id, restore.attempts);
  if (clock.now() - restore.requestedAt < config.reconcileGraceMs) return;
  if ((await executions.state('restore', execution)) === 'running') return;
  const job = createRestoreJob(restore.target, restore.id, execution);
  if (restore.attempts >= mostAttempts) {
    await abortRestore(services, { job, failure: { Error: abandoned } }, { isLast: true });
    return;
  }
  const next = await catalog.restores.restart(restore);
  if (next !== undefined) await executions.start({ ...job, execution: next });
}

/** A backup that a restore reads, or that is being created, expires when that is over; another may have deleted it. */
async function expire(services: Services, key: BackupKey): Promise<void> {
  const backup = await services.catalog.backups.get(key);
  if (backup?.status !== 'AVAILABLE' && backup?.status !== 'FAILED') return;
  try {
    await endBackup(services, backup);
  } catch (error) {
    if (!isError(error, 'BackupInUse', 'BackupNotFound')) throw error;
  }
}
