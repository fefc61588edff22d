import {
  CreateTableCommand,
  DeleteBackupCommand,
  type DynamoDBClient,
  ListBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { createChanges, createNewOrders, type OrderWrite, writeOrders } from './batches.ts';
import { readContent } from './content.ts';
import { createClient, type FinishedBackup, requestBackup, restore, waitForBackup } from './endpoint.ts';
import { proveIndexes } from './indexes.ts';
import { describeOrdersTable } from './orders.ts';
import { type Expected, type Proof, prove } from './proof.ts';
import type { Screen, Show } from './screen.ts';
import { renderBar, renderSeconds, renderWhole } from './text.ts';
import { startWriter, type Writer } from './writer.ts';

export interface Check extends Proof {
  readonly name: string;
}

/** Figures of a step: the items that it wrote or read, and their size by DynamoDB's measure if that is known. */
export interface StepFigures {
  readonly step: string;
  readonly items: number;
  readonly bytes?: number;
  readonly ms: number;
}

export interface Outcome {
  readonly steps: readonly StepFigures[];
  readonly backups: readonly FinishedBackup[];
  readonly checks: readonly Check[];
}

/** A backup that was made, and the content that it must have. */
interface TakenBackup {
  readonly n: number;
  readonly arn: string;
  readonly finished: FinishedBackup;
  readonly expected: Expected;
}

const table = 'orders';

/** Number of orders that only the writer writes. */
const writerOrderCount = 50;

/**
 * Runs the whole demonstration over the endpoint, as an application would use it. The result lists each check as passed or not.
 * Throws the error of a call that fails.
 */
export async function demonstrate(url: string, items: number, screen: Screen): Promise<Outcome> {
  const demo = new Demonstration(url, items, screen);
  const [first, second] = await demo.backUpUnderWrites();
  await demo.restore(first);
  await demo.restore(second);
  await demo.verify(first);
  await demo.verify(second);
  await demo.delete(first, second);
  return demo;
}

class Demonstration implements Outcome {
  readonly steps: StepFigures[] = [];
  readonly backups: FinishedBackup[] = [];
  readonly checks: Check[] = [];
  readonly #url: string;
  readonly #items: number;
  readonly #screen: Screen;
  readonly #dynamodb: DynamoDBClient;
  /** A simple model of the table: the fingerprints, by key, of all items but the writer's. */
  readonly #model = new Map<string, string>();

  constructor(url: string, items: number, screen: Screen) {
    this.#url = url;
    this.#items = items;
    this.#screen = screen;
    this.#dynamodb = createClient(url);
  }

  /** Loads the table, backs it up, changes it and backs it up again, all while the writer writes. */
  async backUpUnderWrites(): Promise<[TakenBackup, TakenBackup]> {
    await this.#dynamodb.send(new CreateTableCommand(describeOrdersTable(table)));
    const orders = Array.from({ length: writerOrderCount }, (_, i) => this.#items + i);
    const writer = startWriter(this.#dynamodb, table, orders);
    try {
      await this.#write('load', `Load ${renderWhole(this.#items)} items`, createNewOrders(this.#items));
      const first = await this.#backUp(1, 'full', writer);
      const changes = createChanges(this.#items, this.#items + writerOrderCount);
      await this.#write('1 % changed', 'Change 1 % of the items', changes);
      return [first, await this.#backUp(2, 'incremental', writer)];
    } finally {
      await writer.stop();
    }
  }

  async #backUp(n: number, kind: string, writer: Writer): Promise<TakenBackup> {
    const settled = new Map(this.#model);
    const { taken } = await this.#runStep(
      `Back up (${kind}) while the writer writes`,
      async (show, since) => {
        const { arn, requestedAt, marker } = await requestBackup(this.#dynamodb, table, `backup-${n}`);
        const finished = await waitForBackup(this.#url, arn, () => {
          show(
            `${renderSeconds(performance.now() - since)}, ${renderWhole(writer.history.length)} writes by the writer`,
          );
        });
        // A write that was sent after the backup was made cannot be in it either.
        const latestCut = Math.min(marker + 1000, Date.now());
        this.backups.push(finished);
        this.#addCheck(`backup ${n} is ${kind}`, {
          passed: finished.kind === kind,
          detail: `it is ${finished.kind}`,
        });
        return {
          step: `backup ${n} (${kind})`,
          items: finished.recordsWritten,
          ...(kind === 'full' && { bytes: finished.bytes }),
          taken: { n, arn, finished, expected: { settled, history: writer.history, requestedAt, latestCut } },
        };
      },
    );
    return taken;
  }

  async restore({ n, arn, finished: { items, bytes } }: TakenBackup): Promise<void> {
    await this.#runStep(`Restore backup ${n} as ${targetOf(n)}`, async (show, since) => {
      await restore(this.#dynamodb, arn, targetOf(n), (written) => show(renderBar(written, items, since)));
      return { step: `restore ${n}`, items, bytes };
    });
  }

  async verify({ n, finished: { items, bytes }, expected }: TakenBackup): Promise<void> {
    await this.#runStep(`Compare ${targetOf(n)} with what the table had`, async (show, since) => {
      const content = await readContent(this.#dynamodb, targetOf(n), (read) =>
        show(renderBar(read, items, since)),
      );
      this.#addCheck(`restore ${n} has what the table had`, prove(content.items, expected));
      this.#addCheck(
        `restore ${n} has its indexes`,
        await proveIndexes(this.#dynamodb, targetOf(n), content),
      );
      return { step: `verify ${n}`, items: content.items.size, bytes };
    });
  }

  /** Deletes a backup, and checks that the other one stays, although it is based on the deleted one. */
  async delete(backup: TakenBackup, other: TakenBackup): Promise<void> {
    await this.#screen.step(`Delete backup ${backup.n}`, async () => {
      await this.#dynamodb.send(new DeleteBackupCommand({ BackupArn: backup.arn }));
      const { BackupSummaries = [] } = await this.#dynamodb.send(
        new ListBackupsCommand({ TableName: table }),
      );
      const remaining = BackupSummaries.map(({ BackupArn, BackupStatus }) => `${BackupArn} ${BackupStatus}`);
      this.#addCheck(`backup ${backup.n} is deleted, the other one is not`, {
        passed: remaining.join() === `${other.arn} AVAILABLE`,
        detail: `remaining: ${remaining.join(', ')}`,
      });
    });
  }

  async #write(step: string, title: string, writes: readonly OrderWrite[]): Promise<void> {
    await this.#runStep(title, async (show, since) => {
      await writeOrders(this.#dynamodb, table, writes, this.#model, (written) =>
        show(renderBar(written, writes.length, since)),
      );
      return { step, items: writes.length };
    });
  }

  #addCheck(name: string, proof: Proof): void {
    this.checks.push({ name, ...proof });
  }

  /** Runs a step and keeps its figures. The step gets its start, by `performance.now()`. */
  async #runStep<T extends Omit<StepFigures, 'ms'>>(
    title: string,
    run: (show: Show, since: number) => Promise<T>,
  ): Promise<T> {
    const since = performance.now();
    const result = await this.#screen.step(title, (show) => run(show, since));
    const { step, items, bytes } = result;
    this.steps.push({ step, items, ...(bytes !== undefined && { bytes }), ms: performance.now() - since });
    return result;
  }
}

function targetOf(n: number): string {
  return `${table}-restored-${n}`;
}
