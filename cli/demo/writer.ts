import { setTimeout } from 'node:timers/promises';
import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { computeFingerprint, keyOf } from './content.ts';
import { createOrder, createOrderKey } from './orders.ts';
import { createRandom } from './random.ts';

/** A write of the writer, which took effect at some time between the two. Times are epoch ms. */
export interface Write {
  readonly sentAt: number;
  readonly ackedAt: number;
  readonly key: string;
  /** Fingerprint of the item; undefined if it was deleted. */
  readonly item: string | undefined;
}

export interface Writer {
  /** Its writes so far, in order. */
  readonly history: readonly Write[];
  /** Stops the writer and waits until its last write is acknowledged. Throws the error of a write that failed. */
  stop(): Promise<void>;
}

/** Pause between writes. It leaves the database time for other calls, as an application does. */
const pauseMs = 10;

/** Starts a writer that puts and deletes these orders at random, one write after another. Nobody else may write them. */
export function startWriter(dynamodb: DynamoDBClient, table: string, orders: readonly number[]): Writer {
  const history: Write[] = [];
  const next = createRandom(orders.length);
  const stopping = new AbortController();
  const write = async (version: number): Promise<void> => {
    const n = orders[Math.floor(next() * orders.length)] ?? 0;
    const item = next() < 0.3 ? undefined : createOrder(n, version);
    const sentAt = Date.now();
    await (item === undefined
      ? dynamodb.send(new DeleteItemCommand({ TableName: table, Key: createOrderKey(n) }))
      : dynamodb.send(new PutItemCommand({ TableName: table, Item: item })));
    history.push({
      sentAt,
      ackedAt: Date.now(),
      key: keyOf(createOrderKey(n)),
      item: item && computeFingerprint(item),
    });
  };
  const run = async (): Promise<void> => {
    for (let version = 1; !stopping.signal.aborted; version++) {
      await write(version);
      await setTimeout(pauseMs);
    }
  };
  const running = run();
  // Marks an error as handled: stop() throws it later.
  running.catch(() => undefined);
  return {
    history,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
