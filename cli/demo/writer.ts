import { setTimeout } from 'node:timers/promises';
import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { fingerprint, keyOf } from './content.ts';
import { order, orderKey } from './orders.ts';
import { randomFrom } from './random.ts';

/** One write and the time in which it took effect, epoch ms. */
export interface Write {
  readonly sentAt: number;
  readonly ackedAt: number;
  readonly key: string;
  /** The item's fingerprint; undefined: deleted. */
  readonly item: string | undefined;
}

export interface Writer {
  /** What it has written, in order. */
  readonly history: readonly Write[];
  /** Resolves when the last write is acknowledged. Throws what a write was refused for. */
  stop(): Promise<void>;
}

/** Leaves the database time for others, as an application does. */
const pauseMs = 10;

/** Puts and deletes these orders, which nobody else writes, one after another until it is stopped. */
export function startWriter(dynamodb: DynamoDBClient, table: string, orders: readonly number[]): Writer {
  const history: Write[] = [];
  const next = randomFrom(orders.length);
  const stopping = new AbortController();
  const write = async (version: number): Promise<void> => {
    const n = orders[Math.floor(next() * orders.length)] ?? 0;
    const item = next() < 0.3 ? undefined : order(n, version);
    const sentAt = Date.now();
    await (item === undefined
      ? dynamodb.send(new DeleteItemCommand({ TableName: table, Key: orderKey(n) }))
      : dynamodb.send(new PutItemCommand({ TableName: table, Item: item })));
    history.push({ sentAt, ackedAt: Date.now(), key: keyOf(orderKey(n)), item: item && fingerprint(item) });
  };
  const run = async (): Promise<void> => {
    for (let version = 1; !stopping.signal.aborted; version++) {
      await write(version);
      await setTimeout(pauseMs);
    }
  };
  const running = run();
  // Told by stop(), which comes later.
  running.catch(() => undefined);
  return {
    history,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
