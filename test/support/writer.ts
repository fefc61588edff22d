import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../lambda/runtime/clock.ts';
import { deleteItem, keyOf, normal, putItem, type SdkItem } from './tables.ts';

/** One write, and the times between which it took effect, epoch ms. */
interface Write {
  readonly sentAt: number;
  readonly ackedAt: number;
  readonly key: string;
  /** The item's normal form; undefined: deleted. */
  readonly item: string | undefined;
}

export type Op = { readonly key: SdkItem; readonly item: SdkItem | undefined };

/**
 * A naive model of one writer of a table. It makes one write after another and keeps their history, so that it knows the
 * content after any number of its writes.
 */
export class Writer {
  readonly #clock: Clock;
  readonly #dynamodb: DynamoDBClient;
  readonly #table: string;
  readonly #history: Write[] = [];
  readonly #keys = new Set<string>();

  constructor(
    { dynamodb, clock }: { readonly dynamodb: DynamoDBClient; readonly clock: Clock },
    table: string,
  ) {
    this.#clock = clock;
    this.#dynamodb = dynamodb;
    this.#table = table;
  }

  async write({ key, item }: Op): Promise<void> {
    const sentAt = this.#clock.now();
    await (item === undefined
      ? deleteItem(this.#dynamodb, this.#table, key)
      : putItem(this.#dynamodb, this.#table, { ...item, ...key }));
    const name = keyOf(key);
    this.#keys.add(name);
    this.#history.push({
      sentAt,
      ackedAt: this.#clock.now(),
      key: name,
      item: item && normal({ ...item, ...key }),
    });
  }

  /**
   * True if this writer's part of `content` is what it had written at some moment between `marker` and one second (or
   * `laterMs`) after it: with every write acknowledged before that time, and none sent after it.
   */
  explains(content: ReadonlyMap<string, string>, marker: number, laterMs = 1000): boolean {
    const mine = [...content].filter(([key]) => this.#keys.has(key));
    const state = new Map<string, string>();
    const matches = () => state.size === mine.length && mine.every(([key, item]) => state.get(key) === item);
    const acked = this.#history.filter((write) => write.ackedAt < marker).length;
    let found = acked === 0 && matches();
    for (const [i, write] of this.#history.entries()) {
      if (write.sentAt > marker + laterMs) break;
      if (write.item === undefined) state.delete(write.key);
      else state.set(write.key, write.item);
      found ||= i + 1 >= acked && matches();
    }
    return found;
  }

  owns(key: string): boolean {
    return this.#keys.has(key);
  }
}
