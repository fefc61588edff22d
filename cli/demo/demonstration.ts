import {
  CreateTableCommand,
  DeleteBackupCommand,
  type DynamoDBClient,
  ListBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { newOrders, onePercent, type OrderWrite, writeOrders } from './batches.ts';
import { contentOf } from './content.ts';
import { clientOf, type Finished, finishedBackup, requestBackup, restore } from './endpoint.ts';
import { proveIndexes } from './indexes.ts';
import { ordersTable } from './orders.ts';
import { type Expected, type Proof, prove } from './proof.ts';
import type { Screen, Show } from './screen.ts';
import { bar, seconds, whole } from './text.ts';
import { startWriter, type Writer } from './writer.ts';

export interface Check extends Proof {
  readonly name: string;
}

/** What a step moved: items, and their bytes in DynamoDB's measure where they are known. */
export interface StepFigures {
  readonly step: string;
  readonly items: number;
  readonly bytes?: number;
  readonly ms: number;
}

export interface Outcome {
  readonly steps: readonly StepFigures[];
  readonly backups: readonly Finished[];
  readonly checks: readonly Check[];
}

/** A backup to be restored and proven. */
interface Taken {
  readonly n: number;
  readonly arn: string;
  readonly finished: Finished;
  readonly expected: Expected;
}

const table = 'orders';

/** So many orders are the writer's own. */
const writersOrders = 50;

/**
 * The whole demonstration, over the endpoint as an application would use it. What does not hold is told by the checks.
 * Throws what a call was refused for.
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
  readonly backups: Finished[] = [];
  readonly checks: Check[] = [];
  readonly #url: string;
  readonly #items: number;
  readonly #screen: Screen;
  readonly #dynamodb: DynamoDBClient;
  /** The naive model of the table: fingerprints by keys of all items but the writer's. */
  readonly #model = new Map<string, string>();

  constructor(url: string, items: number, screen: Screen) {
    this.#url = url;
    this.#items = items;
    this.#screen = screen;
    this.#dynamodb = clientOf(url);
  }

  /** Loads the table, backs it up, changes it and backs it up again, all while a writer keeps writing. */
  async backUpUnderWrites(): Promise<[Taken, Taken]> {
    await this.#dynamodb.send(new CreateTableCommand(ordersTable(table)));
    const orders = Array.from({ length: writersOrders }, (_, i) => this.#items + i);
    const writer = startWriter(this.#dynamodb, table, orders);
    try {
      await this.#write('load', `Load ${whole(this.#items)} items`, newOrders(this.#items));
      const first = await this.#backUp(1, 'full', writer);
      const changes = onePercent(this.#items, this.#items + writersOrders);
      await this.#write('1 % changed', 'Change 1 % of the items', changes);
      return [first, await this.#backUp(2, 'incremental', writer)];
    } finally {
      await writer.stop();
    }
  }

  async #backUp(n: number, kind: string, writer: Writer): Promise<Taken> {
    const settled = new Map(this.#model);
    const { taken } = await this.#step(
      `Back up, ${kind}, while a writer keeps writing`,
      async (show, since) => {
        const { arn, requestedAt, marker } = await requestBackup(this.#dynamodb, table, `backup-${n}`);
        const finished = await finishedBackup(this.#url, arn, () => {
          show(`${seconds(performance.now() - since)}, ${whole(writer.history.length)} writes of the writer`);
        });
        // What was sent after the backup was there cannot be in it either.
        const latest = Math.min(marker + 1000, Date.now());
        this.backups.push(finished);
        this.#check(`backup ${n} is ${kind}`, {
          held: finished.kind === kind,
          detail: `it is ${finished.kind}`,
        });
        return {
          step: `backup ${n} (${kind})`,
          items: finished.recordsWritten,
          ...(kind === 'full' && { bytes: finished.bytes }),
          taken: { n, arn, finished, expected: { settled, history: writer.history, requestedAt, latest } },
        };
      },
    );
    return taken;
  }

  async restore({ n, arn, finished: { items, bytes } }: Taken): Promise<void> {
    await this.#step(`Restore backup ${n} as ${targetOf(n)}`, async (show, since) => {
      await restore(this.#dynamodb, arn, targetOf(n), (written) => show(bar(written, items, since)));
      return { step: `restore ${n}`, items, bytes };
    });
  }

  async verify({ n, finished: { items, bytes }, expected }: Taken): Promise<void> {
    await this.#step(`Compare ${targetOf(n)} with what the table held`, async (show, since) => {
      const content = await contentOf(this.#dynamodb, targetOf(n), (read) => show(bar(read, items, since)));
      this.#check(`restore ${n} is what the table held`, prove(content.items, expected));
      this.#check(`restore ${n} has its indexes`, await proveIndexes(this.#dynamodb, targetOf(n), content));
      return { step: `verify ${n}`, items: content.items.size, bytes };
    });
  }

  /** The other backup must stay, although it is based on this one. */
  async delete(backup: Taken, other: Taken): Promise<void> {
    await this.#screen.step(`Delete backup ${backup.n}`, async () => {
      await this.#dynamodb.send(new DeleteBackupCommand({ BackupArn: backup.arn }));
      const { BackupSummaries = [] } = await this.#dynamodb.send(
        new ListBackupsCommand({ TableName: table }),
      );
      const left = BackupSummaries.map(({ BackupArn, BackupStatus }) => `${BackupArn} ${BackupStatus}`);
      this.#check(`backup ${backup.n} is deleted, the other is not`, {
        held: left.join() === `${other.arn} AVAILABLE`,
        detail: `left: ${left.join(', ')}`,
      });
    });
  }

  async #write(step: string, title: string, writes: readonly OrderWrite[]): Promise<void> {
    await this.#step(title, async (show, since) => {
      await writeOrders(this.#dynamodb, table, writes, this.#model, (written) =>
        show(bar(written, writes.length, since)),
      );
      return { step, items: writes.length };
    });
  }

  #check(name: string, proof: Proof): void {
    this.checks.push({ name, ...proof });
  }

  /** Runs a step, told of its start by `performance.now()`, and keeps its figures. */
  async #step<T extends Omit<StepFigures, 'ms'>>(
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
