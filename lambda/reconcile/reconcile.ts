import pMap from 'p-map';
import type { OnInvalid } from '../catalog/decode.ts';
import { Budget } from '../jobs/budget.ts';
import type { BackupKey } from '../model/backup-arn.ts';
import { isSetOutcome, type SetKey } from '../model/sets.ts';
import type { RestoreRecord, TableRecord } from '../model/records.ts';
import { reconcileNative } from './reconcile-native.ts';
import { endBackup } from '../operations/delete-backup.ts';
import { advanceBackupSet } from '../operations/sets/advance-set.ts';
import { removeSet } from '../operations/sets/remove-set.ts';
import { abortRestore } from '../restore/abort-restore.ts';
import { removeLateTable } from '../restore/remove-late-table.ts';
import { lateTableDelayMs } from '../restore/target-evidence.ts';
import { isError, reasonOf } from '../runtime/errors.ts';
import { rotateRandomly } from '../runtime/ids.ts';
import type { Services } from '../services/services.ts';
import { createRestoreJob, nameExecution } from '../jobs/job.ts';
import { moveHead } from './move-head.ts';
import { startNext } from '../backup/hand-over.ts';

/** The reconciler gives up a backup or restore after this many executions have ended without a result. */
const maxAttempts = 5;

const abandoned = 'its executions ended without finishing it; see the state machine’s history';

/** How many tables or jobs are checked at once: enough to hide the latency of a few calls for each. */
const maxAtOnce = 8;

/**
 * Finds and repairs work that no execution will finish. It runs every five minutes.
 *
 * - In: the catalog's tables, running and failed restores, native backups that are CREATING, open sets, expired backups.
 * - Out: started or restarted executions, moved heads, settled native backups and sets, deleted expired backups; and the
 *   number of troubles, among them each native backup that has failed and each record without a valid form. The log says
 *   what each trouble is.
 * - Always: all its changes are conditional writes, so it may run at any time, even twice at once. A trouble at one table
 *   or record does not stop the others. The pass ends when its time is spent; it begins at a random table, so that it does
 *   not miss the same tables every time.
 */
export async function reconcile(services: Services): Promise<{ readonly troubles: number }> {
  const { catalog, clock, config, ids } = services;
  const pass = new Pass(services, new Budget(clock, config.timeBudgetMs));
  await pass.forEach(
    (onInvalid) => catalog.restores.listRunning(onInvalid),
    (restore) => reconcileRestore(services, restore),
    ({ id }) => ({ restore: id }),
  );
  await pass.forEach(
    (onInvalid) => catalog.restores.listFailed(clock.now() - lateTableDelayMs, onInvalid),
    (restore) => removeLateTable(services, restore),
    ({ id }) => ({ restore: id }),
  );
  await pass.forEach(
    (onInvalid) => catalog.natives.listCreating(onInvalid),
    (key) => reconcileNative(services, key),
    ({ id }) => ({ backup: id }),
  );
  await pass.forEach(
    (onInvalid) => catalog.sets.listOpen(onInvalid),
    async (key) => void (await advanceBackupSet(services, key)),
    ({ name, id }) => ({ set: id, name }),
  );
  await pass.forEach(
    (onInvalid) => catalog.sets.listExpired(clock.now(), onInvalid),
    (key) => expireSet(services, key),
    ({ name, id }) => ({ set: id, name }),
  );
  await pass.forEach(
    (onInvalid) => catalog.backups.listExpired(clock.now(), onInvalid),
    (key) => expireBackup(services, key),
    ({ id }) => ({ backup: id }),
  );
  await pass.forEach(
    async (onInvalid) => rotateRandomly(await catalog.turns.listTables(onInvalid), ids),
    (table) => reconcileTable(services, table),
    ({ name, sink }) => ({ table: name, sink }),
  );
  return { troubles: pass.troubles };
}

/** Does the work of one pass, and counts its troubles. */
class Pass {
  readonly #log: Services['log'];
  readonly #budget: Budget;
  troubles = 0;

  constructor({ log }: Services, budget: Budget) {
    this.#log = log;
    this.#budget = budget;
  }

  /**
   * Lists records and calls `work` for each, a few at a time, until the time is used up. If a record fails, the log line
   * has its `factsOf`.
   */
  async forEach<T>(
    list: (onInvalid: OnInvalid) => Promise<readonly T[]>,
    work: (record: T) => Promise<void>,
    factsOf: (record: T) => object,
  ): Promise<void> {
    await this.#guard({}, async () => {
      const records = await list((error) => this.#recordTrouble({}, error));
      let missed = 0;
      await pMap(
        records,
        async (record) => {
          if (this.#budget.isSpent()) missed++;
          else await this.#guard(factsOf(record), () => work(record));
        },
        { concurrency: maxAtOnce },
      );
      if (missed > 0) this.#log.warn('the pass ended before it had checked everything', { missed });
    });
  }

  async #guard(facts: object, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#recordTrouble(facts, error);
    }
  }

  #recordTrouble(facts: object, error: unknown): void {
    this.troubles++;
    this.#log.error('reconcile failed', { ...facts, reason: reasonOf(error) });
  }
}

async function reconcileTable(services: Services, table: TableRecord): Promise<void> {
  if (table.turn !== undefined) {
    await reconcileTurn(services, table);
  } else if (await isOrphaned(services, table)) {
    await startNext(services, { table: table.name, sink: table.sink });
  }
  await moveHead(services, table);
}

async function reconcileTurn(services: Services, { name, sink, turn }: TableRecord): Promise<void> {
  const { catalog, clock, config, executions } = services;
  if (turn === undefined || clock.now() - turn.since < config.reconcileGraceMs) return;
  if ((await executions.state('backup', turn.execution)) === 'running') return;
  const backup = await catalog.backups.get({ table: name, id: turn.backup });
  if ((backup?.attempts ?? 0) < maxAttempts) return startNext(services, { table: name, sink }, turn);
  await catalog.turns.fail({ table: name, sink, backup: turn.backup, execution: turn.execution }, abandoned);
  await startNext(services, { table: name, sink });
}

/** True if the earliest pending backup waits although the turn is free, and has waited longer than a start takes. */
async function isOrphaned({ catalog, clock, config }: Services, table: TableRecord): Promise<boolean> {
  const [first] = table.pending;
  if (first === undefined) return false;
  const backup = await catalog.backups.get({ table: table.name, id: first });
  return backup !== undefined && clock.now() - backup.marker >= config.reconcileGraceMs;
}

async function reconcileRestore(services: Services, restore: RestoreRecord): Promise<void> {
  const { catalog, clock, config, executions } = services;
  const execution = nameExecution(restore.id, restore.attempts);
  if (clock.now() - restore.requestedAt < config.reconcileGraceMs) return;
  if ((await executions.state('restore', execution)) === 'running') return;
  const job = createRestoreJob(restore.target, restore.id, execution, restore.sink);
  if (restore.attempts >= maxAttempts) {
    await abortRestore(services, { job, failure: { Error: abandoned } }, { isLast: true });
    return;
  }
  const next = await catalog.restores.restart(restore);
  if (next !== undefined) await executions.start({ ...job, execution: next });
}

/** Deletes an expired backup, unless it is being created or restored, or was deleted already. */
async function expireBackup(services: Services, key: BackupKey): Promise<void> {
  const backup = await services.catalog.backups.get(key);
  if (backup?.status !== 'AVAILABLE' && backup?.status !== 'FAILED') return;
  try {
    await endBackup(services, backup, { deletedBy: 'expiry' });
  } catch (error) {
    if (!isError(error, 'BackupInUse', 'BackupNotFound')) throw error;
  }
}

/** Deletes an expired set, unless it is being made or restored, or was deleted already. */
async function expireSet(services: Services, key: SetKey): Promise<void> {
  const set = await services.catalog.sets.get(key);
  if (set === undefined || !isSetOutcome(set.status)) return;
  try {
    await removeSet(services, set, { deletedBy: 'expiry' });
  } catch (error) {
    if (!isError(error, 'BackupInUse', 'SetNotFound')) throw error;
  }
}
