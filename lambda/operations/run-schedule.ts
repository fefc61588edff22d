import pMap from 'p-map';
import { Budget } from '../jobs/budget.ts';
import type { TableGroup } from '../model/table-groups.ts';
import { readTableName } from '../model/table-patterns.ts';
import { isError, reasonOf, TidemarkError } from '../runtime/errors.ts';
import { isBusy, isOutage } from '../runtime/throttling.ts';
import type { RequestServices } from '../services/operation-services.ts';
import { createScheduledBackup, type ScheduledBackup } from './scheduled-backup.ts';
import { findGroupTables } from './table-groups.ts';

/** One delivery of a schedule: the schedule's entry in the configuration, and the scheduled time. */
export interface Delivery extends Omit<ScheduledBackup, 'table'>, Pick<TableGroup, 'tables' | 'tags'> {}

/** How many backups are requested at once: enough to hide the latency of calls, without a burst that AWS would throttle. */
const maxAtOnce = 4;

/** The most tables whose tags are read for one delivery: DynamoDB answers for 10 of them a second. */
const maxTagged = 5000;

const maxPauseMs = 30_000;

/**
 * Requests the backups of a schedule's delivery, one for each of its tables that exists now.
 *
 * - In: the delivery. A repeated one has the same time, and requests nothing twice.
 * - Out: the number of tables. Each failure is logged with its table.
 * - Always: if a limit, throttling or an outage refuses a backup, it is requested again until the invocation's time is
 *   spent.
 *
 * Tries all backups, then throws `ScheduleIncomplete` if one of them could not be requested. Also throws the errors of
 * `findGroupTables`.
 */
export async function runSchedule(
  services: RequestServices,
  delivery: Delivery,
): Promise<{ readonly tables: number }> {
  const { clock, config } = services;
  const budget = new Budget(clock, config.timeBudgetMs);
  const { tables: patterns, tags: _, ...rest } = delivery;
  const scheduledTime = findScheduledTime(services, delivery);
  const tables = await findScheduledTables(services, delivery);
  const run = new Run(services, patterns);
  let waiting: readonly string[] = tables;
  for (let round = 0; waiting.length > 0 && !budget.isSpent(); round++) {
    if (round > 0) await clock.sleep(Math.min(1000 * 2 ** (round - 1), maxPauseMs));
    waiting = await run.request(waiting, (table) => ({ ...rest, table, scheduledTime }), budget);
  }
  run.giveUp(waiting);
  if (run.failed > 0) {
    const what = `${run.failed} of ${tables.length} backups of the schedule ${delivery.schedule}`;
    throw new TidemarkError(
      'ScheduleIncomplete',
      `${what} could not be requested, the first because of ${run.firstReason}`,
    );
  }
  return { tables: tables.length };
}

/** Requests the backups of one run, and counts those that cannot be requested. */
class Run {
  readonly #services: RequestServices;
  readonly #patterns: readonly string[];
  readonly #lastReasons = new Map<string, string>();
  failed = 0;
  firstReason = '';

  constructor(services: RequestServices, patterns: readonly string[]) {
    this.#services = services;
    this.#patterns = patterns;
  }

  /** Requests backups of the tables, and returns the tables for which to try again. */
  async request(
    tables: readonly string[],
    toRequest: (table: string) => ScheduledBackup,
    budget: Budget,
  ): Promise<string[]> {
    const again: string[] = [];
    await pMap(
      tables,
      async (table) => {
        if (budget.isSpent()) again.push(table);
        else if (await this.#isToRepeat(toRequest(table))) again.push(table);
      },
      { concurrency: maxAtOnce },
    );
    return again;
  }

  /** Counts the tables for which no time remained as failed. */
  giveUp(tables: readonly string[]): void {
    for (const table of tables) this.#fail(table, this.#lastReasons.get(table) ?? 'the time was spent');
  }

  async #isToRepeat(request: ScheduledBackup): Promise<boolean> {
    const { table } = request;
    try {
      await createScheduledBackup(this.#services, request);
      return false;
    } catch (error) {
      this.#lastReasons.set(table, reasonOf(error));
      if (isBusy(error) || isOutage(error)) return true;
      if (isError(error, 'TableNotFound') && !this.#isNamed(table)) {
        this.#services.log.info('no scheduled backup of a table that is created or deleted', { table });
      } else {
        this.#fail(table, reasonOf(error));
      }
      return false;
    }
  }

  /** True if the schedule has the table's own name, not only a pattern that matches it. */
  #isNamed(table: string): boolean {
    return this.#patterns.some((pattern) => readTableName(pattern) === table);
  }

  #fail(table: string, reason: string): void {
    this.failed++;
    this.firstReason ||= reason;
    this.#services.log.error('scheduled backup not requested', { table, reason });
  }
}

/**
 * Finds the tables of a delivery: those that it names, even if they do not exist, and those that match its patterns. If it
 * has tags, only existing tables that have these tags.
 */
async function findScheduledTables(
  services: RequestServices,
  { schedule: name, tables, tags }: Delivery,
): Promise<readonly string[]> {
  if (tags === undefined) {
    const named = tables.filter((table) => !table.includes('*')).map(readTableName);
    if (named.length === tables.length) return named;
    const matching = await findGroupTables(services, { name, tables }, maxTagged);
    return [...new Set([...named, ...matching])];
  }
  return findGroupTables(services, { name, tables, tags }, maxTagged);
}

const minuteMs = 60_000;

/**
 * Returns the scheduled time of a delivery. If the scheduler did not fill it in (an emulator leaves the placeholder),
 * returns the minute of the delivery; another delivery in the same minute then counts as a repeat.
 */
function findScheduledTime({ clock }: RequestServices, { scheduledTime }: Delivery): string {
  if (!Number.isNaN(Date.parse(scheduledTime))) return scheduledTime;
  return new Date(Math.floor(clock.now() / minuteMs) * minuteMs).toISOString();
}
