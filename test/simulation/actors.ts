import type { BackupKey } from '../../lambda/model/backup-arn.ts';
import type { BackupRecord } from '../../lambda/model/records.ts';
import { createScheduledBackup } from '../../lambda/operations/scheduled-backup.ts';
import { reconcile } from '../../lambda/reconcile/reconcile.ts';
import { sweep } from '../../lambda/retention/sweep.ts';
import { defaultConfig } from '../../lambda/services/config.ts';
import type { Services } from '../../lambda/services/services.ts';
import type { Write } from '../support/sources/simulated-stream.ts';
import type { Service } from './faults.ts';
import { sortOf, toBackup } from './records.ts';
import { MachineError } from './services/interpreter.ts';
import type { UserTable } from './services/table-plane.ts';
import type { Universe } from './universe.ts';

/** API Gateway gives up on a request after this time, and so does the function. */
const requestTimeoutMs = 29_000;
const workTimeoutMs = 15 * 60_000;

/** How many times an SDK sends a request. */
const maxTries = 3;

const keys = 16;

/** Within this time, the writer of an item has its answer. */
const acknowledgeMs = 20;

/** What somebody outside of Tidemark may do next, with its weight. */
const steps = {
  write: 14,
  backUp: 12,
  cleanUp: 4,
  deleteBackup: 4,
  restore: 7,
  schedule: 3,
  sweep: 2,
  reconcile: 2,
  split: 2,
  read: 3,
  outage: 2,
  stranger: 3,
  toggleStream: 0.3,
  toggleRecovery: 0.3,
  replaceTable: 0.3,
  pause: 1,
} as const;

/** Everybody outside of Tidemark: owners of tables, callers of the API, schedules. The seed decides what they do. */
export class Actors {
  /** When each write was acknowledged to its writer, epoch ms. */
  readonly acknowledged = new Map<Write, number>();
  /** When the request of a backup was sent, epoch ms. */
  readonly requestedAt = new Map<string, number>();
  /** The errors that readers of backups found. */
  readonly complaints: string[] = [];
  /** How many actors are not done. */
  busy = 0;
  readonly #universe: Universe;
  readonly #names: readonly string[];
  readonly #reconcileEveryMs: number;
  /** In a slow universe snapshots become old enough to be continued by exports. */
  readonly #slowness: number;
  #isOver = false;
  #targets = 0;
  #keys = 0;

  constructor(universe: Universe) {
    this.#universe = universe;
    const { random } = universe.scheduler;
    this.#names = ['a', 'b', 'c'].slice(0, random.between(1, 3));
    this.#reconcileEveryMs = random.pick([5, 20, 60]) * 60_000;
    this.#slowness = random.pick([1, 1, 8]);
  }

  /** Creates the tables with some items, and starts the actors, which do this many things one after another. */
  begin(count: number): void {
    for (const name of this.#names) {
      const { random } = this.#universe.scheduler;
      const table = this.#universe.tables.createOwned(name, random.chance(0.75));
      if (random.chance(0.7)) this.#universe.exports.update(table, true);
      this.#writeSome(name);
    }
    this.#doNext(count);
    this.#reconcileRegularly();
  }

  /** Stops the actors that would never end by themselves. */
  stop(): void {
    this.#isOver = true;
  }

  sweep(): Promise<MachineError | undefined> {
    return this.#work('sweep', workTimeoutMs, async () => {
      const { troubles } = await sweep(this.#withTime());
      if (troubles > 0) throw new Error(`${troubles} troubles`);
    });
  }

  reconcile(): Promise<MachineError | undefined> {
    return this.#work('reconcile', workTimeoutMs, async () => {
      const { troubles } = await reconcile(this.#withTime());
      if (troubles > 0) throw new Error(`${troubles} troubles`);
    });
  }

  /** Returns the services of a pass over all tables, which would not get far in the short time of a step. */
  #withTime(): Services {
    const { services } = this.#universe;
    return { ...services, config: { ...services.config, timeBudgetMs: defaultConfig.timeBudgetMs } };
  }

  #doNext(left: number): void {
    if (left === 0) return;
    const { scheduler } = this.#universe;
    this.#later(this.#gap(), () => {
      const step = scheduler.random.weigh(steps);
      scheduler.record(`-- ${step}`);
      if (step === 'pause') {
        for (const { model } of this.#universe.tables.plane.tables.values()) model.trim();
        this.#later(scheduler.random.between(1, 12) * 3_600_000, () => this.#doNext(left - 1));
      } else {
        this.#do(step);
        this.#doNext(left - 1);
      }
    });
  }

  #later(milliseconds: number, run: () => void): void {
    this.busy++;
    this.#universe.scheduler.after(milliseconds, () => {
      this.busy--;
      run();
    });
  }

  /** Draws a pause, mostly a short one, so that much happens at the same time. */
  #gap(): number {
    const { random } = this.#universe.scheduler;
    return random.pick([0, 10, 200, 2000, 10_000, 60_000, 5 * 60_000]) * random.next() * this.#slowness;
  }

  #do(step: Exclude<keyof typeof steps, 'pause'>): void {
    const { scheduler, network, tables } = this.#universe;
    const { random } = scheduler;
    const name = random.pick(this.#names);
    const table = this.#find(name);
    if (step === 'write') this.#writeSome(name);
    else if (step === 'backUp') this.#backUp(name);
    else if (step === 'cleanUp') this.#cleanUp(name);
    else if (step === 'deleteBackup') this.#deleteBackup(this.#pickBackup());
    else if (step === 'restore') this.#restore();
    else if (step === 'schedule') this.#schedule(name);
    else if (step === 'sweep') void this.sweep();
    else if (step === 'reconcile') void this.reconcile();
    else if (step === 'split') table?.model.split(random.below(10), random.pick([1, 2]), random.below(4));
    else if (step === 'read') this.#read();
    else if (step === 'toggleStream') this.#toggleStream(table);
    else if (step === 'toggleRecovery') {
      if (table !== undefined) this.#universe.exports.update(table, random.chance(0.5));
    } else if (step === 'stranger') this.#disturb();
    else if (step === 'replaceTable') {
      if (table === undefined) tables.createOwned(name);
      else if (tables.plane.find(name)?.status === 'ACTIVE') tables.delete(name);
    } else if (this.#universe.faults.happens('outage')) {
      const services: readonly Service[] = ['catalog', 'tables', 'streams', 'store', 'machines'];
      network.breakDown(random.pick(services), random.pick([1000, 60_000, 600_000]) * random.next());
    }
  }

  #find(name: string): UserTable | undefined {
    return this.#universe.tables.plane.find(name)?.table;
  }

  /** Writes a burst of items, during which anything else may happen. */
  #writeSome(name: string, left = this.#universe.scheduler.random.between(1, 10)): void {
    const { random } = this.#universe.scheduler;
    this.#later(random.pick([0, 5, 300, 2000]) * random.next(), () => {
      this.#write(name);
      if (left > 1) this.#writeSome(name, left - 1);
    });
  }

  #write(name: string): void {
    const { scheduler, tables } = this.#universe;
    const { random } = scheduler;
    const table = this.#find(name);
    if (table === undefined || tables.plane.find(name)?.status === 'DELETING') return;
    tables.synchronize(table);
    const lagMs = random.pick([0, 0, 0, 900]);
    const write = table.model.write(random.below(keys), random.chance(0.8), lagMs);
    tables.synchronize(table);
    if (write !== undefined) this.acknowledged.set(write, scheduler.now + random.between(1, acknowledgeMs));
  }

  #toggleStream(table: UserTable | undefined): void {
    if (table === undefined) return;
    const { tables } = this.#universe;
    tables.synchronize(table);
    if (table.model.stream === undefined) table.model.switchOn();
    else table.model.switchOff();
    tables.synchronize(table);
  }

  #backUp(table: string): void {
    const { operations, scheduler } = this.#universe;
    const { random } = scheduler;
    const input = {
      table,
      name: 'backup',
      requestKey: `key-${++this.#keys}`,
      ...(random.chance(0.2) && { source: random.pick(['export', 'stream', 'scan'] as const) }),
      ...(random.chance(0.2) && { kind: random.pick(['full', 'incremental', 'differential'] as const) }),
    };
    // Often the request follows writes that the stream may show only later.
    if (random.chance(0.5)) for (let left = random.between(1, 5); left > 0; left--) this.#write(table);
    const sentAt = (scheduler.now += acknowledgeMs);
    void this.#request('CreateBackup', async () => {
      const { id } = await operations.createBackup(input);
      this.requestedAt.set(id, Math.min(sentAt, this.requestedAt.get(id) ?? Infinity));
    });
  }

  #schedule(table: string): void {
    const { services, scheduler } = this.#universe;
    const delivery = {
      schedule: 'daily',
      table,
      keepDays: 1,
      scheduledTime: new Date(scheduler.now).toISOString(),
    };
    void this.#request('schedule', async () => {
      await createScheduledBackup(services, delivery);
    });
  }

  /** Requests a backup of a table, and deletes the table's older backups while that one is planned or made. */
  #cleanUp(table: string): void {
    const { random } = this.#universe.scheduler;
    const older = this.#listBackups().filter(
      ({ status, table: { name } }) => status === 'AVAILABLE' && name === table,
    );
    this.#backUp(table);
    for (const { id } of older) {
      if (random.chance(0.2)) continue;
      this.#later(random.pick([50, 300, 1000, 60_000, 600_000]) * random.next(), () =>
        this.#deleteBackup({ table, id }),
      );
    }
  }

  #deleteBackup(key: BackupKey | undefined): void {
    const { operations } = this.#universe;
    const requestKey = `key-${++this.#keys}`;
    if (key !== undefined)
      void this.#request('DeleteBackup', () => operations.deleteBackup({ ...key, requestKey }));
  }

  #restore(): void {
    const { operations, scheduler } = this.#universe;
    const backup = this.#pickBackup();
    // Draws a name: sometimes that of another restore's target, or of a table.
    const isTaken = this.#targets > 0 && scheduler.random.chance(0.2);
    const target = `restored-${isTaken ? scheduler.random.between(1, this.#targets) : ++this.#targets}`;
    const requestKey = `key-${++this.#keys}`;
    if (backup !== undefined)
      void this.#request('RestoreTableFromBackup', () =>
        operations.restoreTable({ backup, target, requestKey }),
      );
  }

  /** Verifies a backup, which must be sound unless it was deleted in the meantime. */
  #read(): void {
    const { operations } = this.#universe;
    const backup = this.#pickBackup();
    if (backup === undefined) return;
    void this.#request('VerifyBackup', async () => {
      for (let next: string | undefined, page; page === undefined || next !== undefined; next = page.next) {
        page = await operations.verifyBackup({ backup, ...(next !== undefined && { next }) });
        if (page.problemCount > 0) this.complaints.push(`${backup.id}: ${JSON.stringify(page.problems)}`);
      }
    });
  }

  /** Changes the target of a restore or takes its name, as another user of the account could. */
  #disturb(): void {
    const { scheduler, tables, faults } = this.#universe;
    if (!faults.happens('stranger')) return;
    const name = `restored-${scheduler.random.between(1, this.#targets + 1)}`;
    const state = tables.plane.find(name);
    if (state === undefined) {
      tables.createOwned(name);
      this.#writeSome(name);
    } else if (state.status === 'ACTIVE') {
      if (scheduler.random.chance(0.5)) tables.delete(name);
      else tables.plane.set(name, scheduler.now, { ...state, tags: [] });
    }
    scheduler.record(`a stranger disturbs ${name}`);
  }

  /** Draws a backup: mostly an AVAILABLE one, sometimes a failed or unfinished one. */
  #pickBackup(): BackupKey | undefined {
    const { random } = this.#universe.scheduler;
    const all = this.#listBackups();
    const available = all.filter(({ status }) => status === 'AVAILABLE');
    const backups = available.length > 0 && random.chance(0.8) ? available : all;
    if (backups.length === 0) return undefined;
    const { table, id } = random.pick(backups);
    return { table: table.name, id };
  }

  /** Lists all backups that are not deleted. */
  #listBackups(): BackupRecord[] {
    return this.#universe.catalog
      .rows()
      .filter((row) => sortOf(row) === 'BACKUP')
      .map(toBackup);
  }

  /** Sends a request, and sends it again if there is no answer. The request may be delivered twice at once. */
  async #request(name: string, work: () => Promise<unknown>): Promise<void> {
    const copies = this.#universe.faults.happens('twice') ? 2 : 1;
    await Promise.all(Array.from({ length: copies }, () => this.#try(name, work)));
  }

  async #try(name: string, work: () => Promise<unknown>, tries = 1): Promise<void> {
    const failed = await this.#work(name, requestTimeoutMs, work);
    if (failed === undefined || tries === maxTries || !isUnanswered(failed)) return;
    await this.#universe.scheduler.sleep(this.#universe.scheduler.random.below(1000));
    await this.#try(name, work, tries + 1);
  }

  /** Runs a function. Returns why the function failed. */
  async #work(
    name: string,
    timeoutMs: number,
    work: () => Promise<unknown>,
  ): Promise<MachineError | undefined> {
    this.busy++;
    try {
      await this.#universe.functions.invoke({ name, timeoutMs }, work);
      return undefined;
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      return error;
    } finally {
      this.busy--;
    }
  }

  #reconcileRegularly(): void {
    this.#universe.scheduler.after(this.#reconcileEveryMs, () => {
      if (this.#isOver) return;
      void this.reconcile();
      this.#reconcileRegularly();
    });
  }
}

/** True if the caller got no answer, or one after which an SDK tries again. */
function isUnanswered({ name }: MachineError): boolean {
  return /^(Lambda|Sandbox)\.|InternalServerError|TimeoutError|Throttling|ProvisionedThroughput/.test(name);
}
