import * as fc from 'fast-check';
import type { BackupJob } from '../../../lambda/jobs/job.ts';
import type { BackupSet, Replaced, SetKey } from '../../../lambda/model/sets.ts';
import type { CreateBackupSetInput } from '../../../lambda/operations/sets/create-backup-set.ts';
import { reconcile } from '../../../lambda/reconcile/reconcile.ts';
import type { TestDatabase } from '../database.ts';
import { createFilledTable, putItems } from '../fixture.ts';
import { type Harness, startHarness } from '../harness.ts';
import { readTableContent } from '../tables.ts';

/** A request for a set. Tables are numbers; number 3 does not exist. */
interface SetWish {
  readonly name: string;
  readonly tables: readonly number[];
  readonly kind?: 'full' | 'differential';
  readonly replaces?: Replaced;
  readonly expires: boolean;
  readonly sink: 'default' | 'archive';
  /** The tables whose backups fail. */
  readonly failing: readonly number[];
  /** The request dies after it has requested this many backups; absent: it does not die. */
  readonly diesAfter?: number;
}

export type Command =
  | { readonly type: 'write'; readonly table: number; readonly from: number; readonly count: number }
  | { readonly type: 'create'; readonly wishes: readonly SetWish[] }
  | { readonly type: 'delete'; readonly nth: number }
  | { readonly type: 'deleteBackup'; readonly nth: number; readonly member: number }
  | { readonly type: 'expire' };

const names = ['one', 'two'] as const;

const wishOf = (name: string): fc.Arbitrary<SetWish> =>
  fc
    .record({
      tables: fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 4 }),
      sink: fc.constantFrom('default', 'archive'),
      expires: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
      failing: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(fc.nat(2), { maxLength: 2 })),
      kind: fc.constantFrom(undefined, undefined, 'full' as const, 'differential' as const),
      replaces: fc.constantFrom<(Replaced | undefined)[]>(
        undefined,
        undefined,
        { all: true },
        { keepIncrementals: 1 },
        { keepIncrementals: 2 },
        { sinceFull: true },
      ),
      diesAfter: fc.constantFrom(undefined, undefined, 0, 1, 2),
    })
    .map(({ kind, replaces, diesAfter, ...rest }) => ({
      name,
      ...rest,
      ...(replaces?.sinceFull ? { kind: 'differential' as const } : kind && { kind }),
      ...(replaces && { replaces }),
      ...(diesAfter !== undefined && { diesAfter }),
    }));

export const commands: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('write' as const),
      table: fc.nat(2),
      from: fc.nat(15),
      count: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 4,
    // Two concurrent requests are for two names, and may be over the same tables.
    arbitrary: fc
      .oneof(
        wishOf(names[0]).map((one) => [one]),
        fc.tuple(wishOf(names[0]), wishOf(names[1])),
      )
      .map((wishes) => ({ type: 'create' as const, wishes })),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('delete' as const), nth: fc.nat(9) }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('deleteBackup' as const), nth: fc.nat(9), member: fc.nat(3) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('expire' as const) }) },
);

/** What the model knows of an existing set. */
interface ModelSet extends SetKey {
  readonly sink: SetWish['sink'];
  readonly expires: boolean;
  readonly kind: BackupSet['kind'];
  readonly status: BackupSet['status'];
  /** For each table its content at the request, or `failed`, or `deleted`. */
  readonly members: Map<string, ReadonlyMap<string, string> | 'failed' | 'deleted'>;
}

const hour = 60 * 60 * 1000;

/**
 * Three tables with a Tidemark over them, and a naive model of their sets: a list from which sets are removed. The model
 * gets the number and the kind of a set from its answer, and everything else from the request.
 */
export class SetWorld {
  readonly database: TestDatabase;
  readonly harness: Harness;
  readonly tables: readonly string[];
  readonly #failing: Map<string, Set<string>>;
  /** The existing sets, oldest first. */
  model: ModelSet[] = [];

  private constructor(
    database: TestDatabase,
    harness: Harness,
    tables: readonly string[],
    failing: Map<string, Set<string>>,
  ) {
    this.database = database;
    this.harness = harness;
    this.tables = tables;
    this.#failing = failing;
  }

  static async create(database: TestDatabase): Promise<SetWorld> {
    /** The tables whose backups fail, by the name of the set. */
    const failing = new Map<string, Set<string>>();
    const harness: Harness = await startHarness(database, {
      config: { sinks: [{ name: 'archive', bucket: 'archive' }] },
      around: async (handler, input, run) => {
        const { job } = input as { job: BackupJob };
        if (handler === 'commit') {
          const backup = await harness.services.catalog.backups.get(job);
          if (failing.get(String(backup?.set?.name))?.has(job.table)) throw new Error('this step fails');
        }
        return run();
      },
    });
    const filled = [0, 1, 2].map(() => createFilledTable(database, 12));
    return new SetWorld(database, harness, [...(await Promise.all(filled)), 'no-such-table'], failing);
  }

  close(): Promise<void> {
    return this.harness.close();
  }

  async run(command: Command): Promise<void> {
    if (command.type === 'write') {
      const { table, from, count } = command;
      await putItems(this.database, this.#tableOf(table), from, from + count);
    } else if (command.type === 'create') {
      await this.#create(command.wishes);
    } else if (command.type === 'delete') {
      const set = this.model[command.nth % this.model.length];
      if (set === undefined) return;
      await this.harness.operations.deleteBackupSet({ name: set.name, id: set.id });
      this.model = this.model.filter((each) => each !== set);
    } else if (command.type === 'deleteBackup') {
      await this.#deleteBackup(command.nth, command.member);
    } else {
      this.database.clock.advance(2 * hour);
      await reconcile(this.harness.services);
      this.model = this.model.filter(({ expires }) => !expires);
    }
  }

  async #create(wishes: readonly SetWish[]): Promise<void> {
    const contents = new Map<string, ReadonlyMap<string, string>>();
    for (const table of this.tables.slice(0, 3)) {
      contents.set(table, await readTableContent(this.database.dynamodb, table));
    }
    const requested = await Promise.all(wishes.map((wish) => this.#request(wish)));
    await this.harness.executions.idle();
    // Advances the clock, so that later writes come after every request.
    this.database.clock.advance(2000);
    await putItems(this.database, this.#tableOf(0), 0, 1);
    await this.settle();
    for (const [i, key] of requested.entries()) {
      const wish = wishes[i];
      if (key === undefined || wish === undefined) continue;
      this.#add(wish, await this.harness.operations.describeBackupSet(key), contents);
    }
    this.#failing.clear();
  }

  /** Requests a set, in a process that may die. Returns undefined if none of its tables exists. */
  async #request(wish: SetWish): Promise<SetKey | undefined> {
    const { name, tables, kind, replaces, expires, sink, failing, diesAfter } = wish;
    this.#failing.set(name, new Set(failing.map((table) => this.#tableOf(table))));
    const input: CreateBackupSetInput = {
      name,
      tables: tables.map((table) => this.#tableOf(table)),
      sink,
      ...(kind && { kind }),
      ...(replaces && { replaces }),
      ...(expires && { expiresAt: this.database.clock.now() + hour }),
    };
    const isPossible = tables.some((table) => table < 3);
    const process = diesAfter === undefined ? this.harness : this.#createMortal(diesAfter);
    const made = await process.operations.createBackupSet(input).catch((error: unknown) => {
      if (isPossible) throw error;
    });
    return made?.set;
  }

  /** Creates a process that can request this many backups and starts none of their executions. */
  #createMortal(backups: number): Harness {
    const dying = this.harness.restart();
    dying.executions.stop();
    const { catalog } = dying.services;
    const create = catalog.backups.create.bind(catalog.backups);
    let count = 0;
    catalog.backups.create = async (...input) => {
      if (++count > backups) throw new Error('killed');
      return create(...input);
    };
    return dying;
  }

  /** Runs the reconciler until it has nothing to do. */
  async settle(): Promise<void> {
    for (let pass = 0; pass < 4; pass++) {
      await reconcile(this.harness.services);
      await this.harness.executions.idle();
    }
  }

  #add(
    { tables, failing, replaces, expires, sink }: SetWish,
    { name, id, kind, status }: BackupSet,
    contents: ReadonlyMap<string, ReadonlyMap<string, string>>,
  ): void {
    const members = tables.map((table) => {
      const content = failing.includes(table) ? undefined : contents.get(this.#tableOf(table));
      return [this.#tableOf(table), content ?? ('failed' as const)] as const;
    });
    const failed = members.filter(([, content]) => content === 'failed').length;
    const expected = failed === 0 ? 'AVAILABLE' : failed === members.length ? 'FAILED' : 'PARTIAL';
    if (status !== expected) throw new Error(`set ${name}/${id} is ${status} instead of ${expected}`);
    if (status === 'AVAILABLE' && replaces) {
      // A set replaces only sets of its name in its own data sink.
      const older = this.model.filter((set) => set.name === name && set.sink === sink);
      const kept = keepUnreplaced(older, kind, replaces);
      this.model = this.model.filter((set) => !older.includes(set) || kept.includes(set));
    }
    this.model.push({ name, id, kind, status, expires, sink, members: new Map(members) });
  }

  async #deleteBackup(nth: number, member: number): Promise<void> {
    const set = this.model[nth % this.model.length];
    if (set === undefined) return;
    const { members } = await this.harness.operations.describeBackupSet(set);
    const { table, backup, status } = members[member % members.length] ?? {};
    if (table === undefined || backup === undefined || status !== 'AVAILABLE') return;
    await this.harness.operations.deleteBackup({ table, id: backup });
    set.members.set(table, 'deleted');
  }

  #tableOf(table: number): string {
    return String(this.tables[table]);
  }
}

/** Returns the older sets of a name that remain, oldest first, once a new set of this kind is available. */
function keepUnreplaced(older: readonly ModelSet[], kind: BackupSet['kind'], replaces: Replaced): ModelSet[] {
  if (replaces.all) return [];
  if (replaces.sinceFull) {
    const full = older.findLastIndex((set) => set.kind === 'full' && set.status !== 'FAILED');
    return older.slice(0, full + 1);
  }
  const incrementals = older.filter((set) => set.kind === 'incremental');
  const room = Number(replaces.keepIncrementals) - (kind === 'incremental' ? 1 : 0);
  const kept = room > 0 ? incrementals.slice(-room) : [];
  return older.filter((set) => set.kind !== 'incremental' || kept.includes(set));
}
