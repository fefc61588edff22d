import { DeleteTableCommand, type DynamoDBClient, type TableDescription } from '@aws-sdk/client-dynamodb';
import type { BackupId } from '../../lambda/model/ids.ts';
import { reasonOf } from '../../lambda/runtime/errors.ts';
import type { Services } from '../../lambda/services/services.ts';
import { findTable } from '../../lambda/tables/table.ts';
import { createEntriesWriter, readEntries } from '../json-file.ts';

/** A table that is to be deleted. */
interface Deletion {
  readonly tableId: string;
  /** Epoch ms. */
  readonly requestedAt: number;
}

interface DeletionServices extends Pick<Services, 'catalog' | 'clock' | 'dynamodb' | 'log'> {
  /** True once a backup has read all that it needs of its table. */
  readonly hasRead: (backup: BackupId) => boolean;
  /** Requests what is to be kept of a table that is about to be deleted. */
  readonly prepare: (table: TableDescription) => Promise<void>;
}

/** How long a deletion waits for backups. Then it is carried out, and those that have not read the table fail. */
const maxWaitMs = 5 * 60_000;

/** The pause between two looks for backups that still need the table. */
const pauseMs = 50;

/**
 * Deletions of tables that wait for the backups which were requested before them. DynamoDB keeps a backup whose table is
 * deleted right after the request; the embedded database loses table and stream at once. So such a deletion is answered
 * with DELETING, and carried out when each of those backups has read the table, or has ended. It survives a restart.
 */
export class Deletions {
  readonly #services: DeletionServices;
  readonly #deletions: Map<string, Deletion>;
  readonly #write: () => Promise<void>;
  readonly #running = new Set<Promise<void>>();
  #closed = false;

  private constructor(services: DeletionServices, file: string, deletions: Map<string, Deletion>) {
    this.#services = services;
    this.#deletions = deletions;
    this.#write = createEntriesWriter(file, deletions);
  }

  /** Continues the unfinished deletions of an earlier process. */
  static async open(services: DeletionServices, file: string): Promise<Deletions> {
    const deletions = new Deletions(services, file, await readEntries<Deletion>(file));
    for (const [name, deletion] of deletions.#deletions) deletions.#start(name, deletion);
    return deletions;
  }

  /** True while the deletion of this table waits. */
  has(name: string): boolean {
    return this.#deletions.has(name);
  }

  /** How long the deletion of this table has waited, in milliseconds; 0 if none waits. */
  waitedMs(name: string): number {
    const deletion = this.#deletions.get(name);
    return deletion === undefined ? 0 : this.#services.clock.now() - deletion.requestedAt;
  }

  /** True while any deletion waits. */
  get areWaiting(): boolean {
    return this.#deletions.size > 0;
  }

  /**
   * Takes a deletion on if backups of the table still have to read it, and returns the table's description. Undefined if the
   * database can delete the table now, or refuse that.
   */
  async take(name: string): Promise<TableDescription | undefined> {
    const { clock, dynamodb, prepare } = this.#services;
    const table = await findTable(dynamodb, name);
    if (table?.TableStatus !== 'ACTIVE' || table.DeletionProtectionEnabled === true) return undefined;
    await prepare(table);
    if (!(await this.#isNeeded(name))) return undefined;
    const deletion = { tableId: String(table.TableId), requestedAt: clock.now() };
    this.#deletions.set(name, deletion);
    await this.#write();
    this.#start(name, deletion);
    return { ...table, TableStatus: 'DELETING' };
  }

  /** Shows the client's callers that a table is being deleted. */
  show(client: DynamoDBClient): void {
    client.middlewareStack.add(
      (next) => async (call) => {
        const answer = await next(call);
        const { Table } = answer.output as { readonly Table?: TableDescription };
        if (Table === undefined || this.#deletions.get(String(Table.TableName))?.tableId !== Table.TableId)
          return answer;
        return { ...answer, output: { ...answer.output, Table: { ...Table, TableStatus: 'DELETING' } } };
      },
      { step: 'initialize', name: 'showDeletions' },
    );
  }

  /** Resolves when no deletion is being executed. The next process continues deletions that still wait. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#running);
  }

  /** True if a backup of the table has not read it yet. */
  async #isNeeded(name: string): Promise<boolean> {
    const { catalog, hasRead } = this.#services;
    const lineages = await catalog.turns.listLineages(name);
    return !lineages.every(({ pending }) => pending.every(hasRead));
  }

  #start(name: string, deletion: Deletion): void {
    const work = this.#carryOut(name, deletion)
      .catch((error: unknown) =>
        this.#services.log.error('table not deleted', { table: name, reason: reasonOf(error) }),
      )
      .finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  async #carryOut(name: string, { tableId, requestedAt }: Deletion): Promise<void> {
    const { clock, dynamodb } = this.#services;
    while ((await this.#isNeeded(name)) && clock.now() - requestedAt < maxWaitMs) {
      if (this.#closed) return;
      await clock.sleep(pauseMs);
    }
    try {
      const table = await findTable(dynamodb, name);
      if (table?.TableId === tableId) await dynamodb.send(new DeleteTableCommand({ TableName: name }));
    } finally {
      this.#deletions.delete(name);
      await this.#write();
    }
  }
}
