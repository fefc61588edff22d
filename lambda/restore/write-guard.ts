import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import type { RestoreJob } from '../jobs/job.ts';
import { type CurrentRestore, findRestore } from './current-restore.ts';
import { describeTarget } from './target-table.ts';

/**
 * Checks before a request that the restore may still write to its table: the job's execution owns the restore, the
 * table does not belong to its owner yet (the restore is not settled), and it is still the table that the restore made. So a
 * step that outlives its restore does not write an old item over a newer one, or into another table of the same name. In
 * addition, the rights of a deployed step depend on the restore's tag.
 *
 * A check is valid for `writeGuardMs`. So a late step can still send requests for that time, and requests that are already
 * sent are executed. Conditional writes would close that gap only in part (they would bring back a deleted item), and each
 * item would need a request of its own; transactions would cost twice the write units.
 */
export class WriteGuard {
  readonly #services: Services;
  readonly #job: RestoreJob;
  readonly #restore: CurrentRestore['restore'];
  #last: { readonly startedAt: number; readonly result: Promise<void> } | undefined;

  constructor(services: Services, job: RestoreJob, { restore }: CurrentRestore) {
    this.#services = services;
    this.#job = job;
    this.#restore = restore;
  }

  /** Throws `TurnLost` or `TargetTableLost` if the restore may no longer write. */
  check(): Promise<void> {
    const { clock, config } = this.#services;
    const now = clock.now();
    if (this.#last === undefined || now - this.#last.startedAt >= config.writeGuardMs) {
      this.#last = { startedAt: now, result: this.#look() };
    }
    return this.#last.result;
  }

  async #look(): Promise<void> {
    const [restore] = await Promise.all([
      findRestore(this.#services, this.#job),
      describeTarget(this.#services, this.#restore),
    ]);
    if (restore === undefined || restore.settled === true || restore.abandoned !== undefined) {
      throw new TidemarkError('TurnLost', 'the restore has ended, or another execution owns it');
    }
  }
}
