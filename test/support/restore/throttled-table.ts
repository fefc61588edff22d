import { BatchWriteItemCommand, type DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../../lambda/runtime/clock.ts';
import { serviceError } from './imports.ts';

/** How long a request takes, in ms. */
const latencyMs = 10;

/**
 * A table that accepts this many write units a second, as AWS documents: it accepts a part of a batch, and returns the rest
 * as unprocessed; if it accepts nothing of a batch, it throws an exception. It saves up the units of at most one second.
 */
export class ThrottledTable {
  /** All units that were written, including those of items that were written again. */
  units = 0;
  requests = 0;
  /** The items' keys, and how often each was written. */
  readonly written = new Map<string, number>();
  /**
   * Decides about a batch before its units count: throws an error that it returns, and refuses the keys that it returns.
   */
  refuse: (keys: readonly string[]) => Error | readonly string[] | undefined = () => undefined;
  readonly dynamodb: Pick<DynamoDBClient, 'send'>;
  readonly #clock: Clock;
  readonly #rate: number;
  #available: number;
  #filledAt: number;

  constructor(clock: Clock, unitsPerSecond: number) {
    this.#clock = clock;
    this.#rate = unitsPerSecond;
    this.#available = unitsPerSecond;
    this.#filledAt = clock.now();
    this.dynamodb = { send: (command: object) => this.#answer(command) } as Pick<DynamoDBClient, 'send'>;
  }

  async #answer(command: object): Promise<object> {
    if (!(command instanceof BatchWriteItemCommand)) throw new Error('no such call');
    this.requests++;
    const [[table, requests] = ['', []]] = Object.entries(command.input.RequestItems ?? {});
    await this.#clock.sleep(latencyMs);
    const refused = this.refuse(requests.map(keyOf)) ?? [];
    if (refused instanceof Error) throw refused;
    const left = requests.filter((request) => refused.includes(keyOf(request)) || !this.#accept(request));
    await this.#clock.sleep(latencyMs);
    if (left.length === requests.length) throw serviceError('ProvisionedThroughputExceededException');
    return { UnprocessedItems: left.length === 0 ? {} : { [table]: left } };
  }

  #accept(request: WriteRequest): boolean {
    const now = this.#clock.now();
    this.#available = Math.min(this.#rate, this.#available + ((now - this.#filledAt) * this.#rate) / 1000);
    this.#filledAt = now;
    const units = unitsOf(sizeOf(request));
    if (units > this.#available) return false;
    this.#available -= units;
    this.units += units;
    const key = keyOf(request);
    this.written.set(key, (this.written.get(key) ?? 0) + 1);
    return true;
  }
}

function keyOf({ PutRequest }: WriteRequest): string {
  return String(PutRequest?.Item?.['pk']?.S);
}

/** The size of the item's large attribute: measuring all of a real item would take most of a test's time. */
function sizeOf({ PutRequest }: WriteRequest): number {
  return PutRequest?.Item?.['data']?.S?.length ?? 0;
}

/** Returns the write units of an item of this size. */
export function unitsOf(bytes: number): number {
  return Math.ceil(bytes / 1024);
}
