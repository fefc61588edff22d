import { reasonOf } from '../runtime/errors.ts';
import { rotateRandomly } from '../runtime/ids.ts';
import { Budget } from '../jobs/budget.ts';
import { planTableFolders } from './plan-folders.ts';
import { listStaged, planDeletedStaging, planRestoreStaging, planUnknownStaging } from './plan-staging.ts';
import {
  addTallies,
  emptyTally,
  type FolderPlan,
  type KeepReason,
  type SweepPlan,
  type Tally,
} from './sweep-plan.ts';
import { storeOf, type SweepServices } from './sweep-services.ts';

export interface SweepSummary {
  /** False if the time was spent before everything was done; the next sweep starts at another table. */
  readonly finished: boolean;
  readonly deleted: Tally;
  readonly kept: Readonly<Record<KeepReason, Tally>>;
  /** How many tables and folders could not be swept, or only in part; the log says why. */
  readonly troubles: number;
}

/** The part of a sweep's time that one data sink of a table may take. */
export const sinkShare = 0.1;

/** How many objects are deleted between two checks of the clock: as many as one request to S3 can name. */
const maxDeletions = 1000;

/**
 * Deletes what nothing needs: the runs and manifests of dead snapshots, what failed attempts and late twins have
 * stored, and the staging of ended backups and restores. Tidemark deletes no stored object anywhere else.
 *
 * In: the catalog's records and lists of the stored objects. Out: deleted objects, removed records of dead snapshots,
 * and a summary. For one table name after another:
 *
 * ```
 * list objects -> read records -> read live manifests -> plan -> delete objects -> remove dead snapshots' records
 * '------ plan-folders.ts, plan-staging.ts -----------'    |     '------------------- sweep.ts -------------------'
 *                                        sweep-plan.ts (pure rules)
 * ```
 *
 * What always holds:
 * - What a live snapshot's manifest refers to is never deleted. `planTableFolders` explains why that is true
 *   concurrently with backups, restores, deletions and other sweeps.
 * - A sweep may stop or be repeated at any point. A failure at one table does not stop the others.
 * - A sweep starts at a random table, so that no table is skipped each time the time runs out. A table that takes all
 *   the time of a sweep is reported, since no later sweep would get further.
 */
export async function sweep(services: SweepServices): Promise<SweepSummary> {
  const { catalog, clock, config, ids, log } = services;
  const budget = new Budget(clock, config.timeBudgetMs);
  const run = new SweepRun(services, budget);
  const staged = await listStaged(services);
  const tables = await catalog.turns.listTables((error) => run.recordTrouble({}, reasonOf(error)));
  let isFirst = true;
  const names = new Set(tables.map(({ name }) => name));
  for (const table of rotateRandomly([...names], ids)) {
    if (run.isTimeSpent()) break;
    await run.guard({ table }, async () => {
      const sinkMs = config.timeBudgetMs * sinkShare;
      const planned = await planTableFolders(services, table, staged, { killReleased: true, budget, sinkMs });
      if (planned === undefined) return run.endEarly(table, isFirst);
      for (const plan of planned.plans) await run.execute(plan);
      for await (const plans of planned.planSinks()) for (const plan of plans) await run.execute(plan);
    });
    isFirst = false;
  }
  await run.guard({ folder: 'staging' }, async () => run.execute(await planRestoreStaging(services, staged)));
  await run.guard({ folder: 'staging' }, async () => run.execute(await planDeletedStaging(services, staged)));
  // While a table has not been swept, its staged objects are not unknown.
  if (run.finished && run.ownTroubles === 0) await run.execute(planUnknownStaging(services, staged));
  const { finished, deleted, kept, troubles } = run;
  log.info('swept', { finished, deleted, kept, troubles });
  return { finished, deleted, kept, troubles };
}

/** What the log says about a trouble. */
interface Facts {
  readonly table?: string | undefined;
  readonly folder?: string;
  readonly sink?: string | undefined;
}

/** Executes plans and counts the results. */
class SweepRun {
  readonly #services: SweepServices;
  readonly #budget: Budget;
  finished = true;
  troubles = 0;
  /** The troubles outside of other data sinks. */
  ownTroubles = 0;
  deleted = emptyTally;
  kept: Readonly<Record<KeepReason, Tally>> = { live: emptyTally, working: emptyTally, unknown: emptyTally };

  constructor(services: SweepServices, budget: Budget) {
    this.#services = services;
    this.#budget = budget;
  }

  isTimeSpent(): boolean {
    if (this.#budget.isSpent()) this.finished = false;
    return !this.finished;
  }

  /** Ends the sweep at a table for whose plan there was not enough time. */
  endEarly(table: string, hadAllTime: boolean): void {
    this.finished = false;
    if (hadAllTime)
      this.recordTrouble({ table }, 'reading its objects and manifests takes longer than a sweep has');
  }

  async guard(facts: Facts, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.recordTrouble(facts, reasonOf(error));
    }
  }

  async execute(planned: FolderPlan): Promise<void> {
    const { table, folder, sink } = planned;
    const facts = { table, folder, sink };
    if ('trouble' in planned) {
      this.recordTrouble(facts, planned.trouble);
    } else {
      this.#countKept(facts, planned.plan);
      await this.guard(facts, () => this.#delete(planned.plan, table, sink));
    }
  }

  /** Deletes the objects, then the records: the next sweep finds both a remaining record and an object without one. */
  async #delete(plan: SweepPlan, table: string | undefined, sink: string | undefined): Promise<void> {
    const store = storeOf(this.#services, sink);
    for (let start = 0; start < plan.delete.length; start += maxDeletions) {
      if (this.isTimeSpent()) return;
      const batch = plan.delete.slice(start, start + maxDeletions);
      await store.delete(batch.map(({ key }) => key));
      this.deleted = batch.reduce((sum, { bytes }) => addTallies(sum, { objects: 1, bytes }), this.deleted);
    }
    if (table === undefined) return;
    const { snapshots } = this.#services.catalog;
    for (const id of plan.forget) await snapshots.forget({ table, id });
    if (plan.forgetFolder !== undefined) await snapshots.forgetFolder(table, plan.forgetFolder);
  }

  #countKept(facts: object, { totals, unknown }: SweepPlan): void {
    const { live, working, unknown: strange } = this.kept;
    this.kept = {
      live: addTallies(live, totals.live),
      working: addTallies(working, totals.working),
      unknown: addTallies(strange, totals.unknown),
    };
    if (unknown.length > 0)
      this.#services.log.warn('unknown objects were kept', {
        ...facts,
        ...totals.unknown,
        first: unknown[0],
      });
  }

  recordTrouble(facts: Facts, reason: string): void {
    this.troubles++;
    if (facts.sink === undefined) this.ownTroubles++;
    this.#services.log.error('not swept', { ...facts, reason });
  }
}
