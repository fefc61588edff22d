import { reasonOf } from '../runtime/errors.ts';
import { Budget } from '../jobs/budget.ts';
import {
  type FolderPlan,
  listStaged,
  planTableFolders,
  planRestoreStaging,
  planUnknownStaging,
  type SweepServices,
} from './plan-folders.ts';
import { type Keep, emptyTally, addTallies, type SweepPlan, type Tally } from './sweep-plan.ts';

export interface SweepSummary {
  /** False if the time was spent before all was done; the next sweep begins elsewhere. */
  readonly finished: boolean;
  readonly deleted: Tally;
  readonly kept: Readonly<Record<Keep, Tally>>;
  /** Tables and folders that could not be swept, or not wholly; the log says why. */
  readonly troubles: number;
}

/** Deletions between two looks at the time: what one request of S3 takes. */
const deletionsAtOnce = 1000;

/**
 * Deletes what nothing needs any more: the runs and manifests of dead snapshots, what failed attempts and late twins
 * have stored, and the staging of backups and restores that have ended. It plans and executes one table after another,
 * from a random one on, so that none is left over each time that the time is spent. It may be repeated, be ended at any
 * point, and run beside everything else, other sweeps included: `planTableFolders` says why. One table's trouble does not
 * keep it from the others.
 */
export async function sweep(services: SweepServices): Promise<SweepSummary> {
  const { catalog, clock, config, ids, log } = services;
  const run = new SweepRun(services, new Budget(clock, config.timeBudgetMs));
  const staged = await listStaged(services);
  const tables = (await catalog.turns.listTables()).map(({ name }) => name);
  const first = tables.length === 0 ? 0 : Number.parseInt(ids.hex(8), 16) % tables.length;
  for (const table of [...tables.slice(first), ...tables.slice(0, first)]) {
    if (run.timeIsSpent()) break;
    await run.guard({ table }, async () => {
      for (const planned of await planTableFolders(services, table, staged, { mend: true }))
        await run.execute(planned);
    });
  }
  await run.guard({ folder: 'staging' }, async () => run.execute(await planRestoreStaging(services, staged)));
  // What belongs to a table that was not looked at is not unknown.
  if (run.finished && run.troubles === 0) await run.execute(planUnknownStaging(staged));
  const { finished, deleted, kept, troubles } = run;
  log.info('swept', { finished, deleted, kept, troubles });
  return { finished, deleted, kept, troubles };
}

/** Executes plans and counts what came of them. */
class SweepRun {
  readonly #services: SweepServices;
  readonly #budget: Budget;
  finished = true;
  troubles = 0;
  deleted = emptyTally;
  kept: Readonly<Record<Keep, Tally>> = { live: emptyTally, working: emptyTally, unknown: emptyTally };

  constructor(services: SweepServices, budget: Budget) {
    this.#services = services;
    this.#budget = budget;
  }

  timeIsSpent(): boolean {
    if (this.#budget.isSpent()) this.finished = false;
    return !this.finished;
  }

  async guard(facts: object, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#recordTrouble(facts, reasonOf(error));
    }
  }

  async execute(planned: FolderPlan): Promise<void> {
    const { table, folder } = planned;
    const facts = { table, folder };
    if ('trouble' in planned) {
      this.#recordTrouble(facts, planned.trouble);
    } else {
      this.#countKept(facts, planned.plan);
      await this.guard(facts, () => this.#delete(planned.plan, table));
    }
  }

  /** The objects first: a dead snapshot's record that is left is found again, an object without one is as well. */
  async #delete(plan: SweepPlan, table: string | undefined): Promise<void> {
    for (let start = 0; start < plan.delete.length; start += deletionsAtOnce) {
      if (this.timeIsSpent()) return;
      const batch = plan.delete.slice(start, start + deletionsAtOnce);
      await this.#services.store.delete(batch.map(({ key }) => key));
      this.deleted = batch.reduce((sum, { bytes }) => addTallies(sum, { objects: 1, bytes }), this.deleted);
    }
    if (table === undefined) return;
    for (const id of plan.forget) await this.#services.catalog.snapshots.forget({ table, id });
  }

  #countKept(facts: object, { totals, unknown }: SweepPlan): void {
    const { live, working, unknown: strange } = this.kept;
    this.kept = {
      live: addTallies(live, totals.live),
      working: addTallies(working, totals.working),
      unknown: addTallies(strange, totals.unknown),
    };
    if (unknown.length > 0)
      this.#services.log.warn('unknown objects are kept', { ...facts, ...totals.unknown, first: unknown[0] });
  }

  #recordTrouble(facts: object, reason: string): void {
    this.troubles++;
    this.#services.log.error('not swept', { ...facts, reason });
  }
}
