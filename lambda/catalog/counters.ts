import type { Clock } from '../runtime/clock.ts';
import { isServiceError } from '../runtime/errors.ts';
import type { CatalogTable } from './catalog-table.ts';
import { decodeCounter } from './decode.ts';
import { keys } from './schema.ts';

/** A counter is useless once its second is over. DynamoDB removes it within days after this time. */
const counterMemorySeconds = 60;

const secondMs = 1000;

/**
 * Counts the events of one second exactly, over all callers whose clocks differ by less than a second. A second begins
 * with its first event, not with the clock's second, so that a burst is counted as one wherever it falls. A counter whose
 * second begins a second or more in the future, because a clock was put back, is replaced.
 */
export class Counters {
  readonly #rows: CatalogTable;
  readonly #clock: Clock;
  /** When the current second of each event began, as last seen here. It only decides which write is tried first. */
  readonly #begun = new Map<string, number>();

  constructor(rows: CatalogTable, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /**
   * Counts one event. Returns false, and counts nothing, if the second has `limit` events already. Usually takes one write;
   * up to three when a period of one second begins or is full.
   */
  async admit(event: string, limit: number): Promise<boolean> {
    const now = this.#clock.now();
    const isRunning = Math.abs(now - (this.#begun.get(event) ?? -Infinity)) < secondMs;
    if (isRunning && (await this.#join(event, now, limit))) return true;
    // Another caller may begin the second between our two tries: then we join it.
    return (await this.#begin(event, now)) || this.#join(event, now, limit);
  }

  /** Counts the event in the second that `now` lies in. Returns false if there is none or it is full. */
  #join(event: string, now: number, limit: number): Promise<boolean> {
    return this.#write(event, {
      UpdateExpression: 'ADD #count :one',
      ConditionExpression: '#begun > :before AND #begun < :after AND #count < :limit',
      ExpressionAttributeNames: { '#begun': 'begun', '#count': 'count' },
      ExpressionAttributeValues: {
        ':one': 1,
        ':limit': limit,
        ':before': now - secondMs,
        ':after': now + secondMs,
      },
    });
  }

  /**
   * Starts a new second, of which this event is the first. Returns false if `now` lies in a second that another event
   * started.
   */
  #begin(event: string, now: number): Promise<boolean> {
    return this.#write(event, {
      UpdateExpression: 'SET #begun = :now, #count = :one, #ttl = :ttl',
      ConditionExpression: 'attribute_not_exists(#begun) OR #begun <= :before OR #begun >= :after',
      ExpressionAttributeNames: { '#begun': 'begun', '#count': 'count', '#ttl': 'ttl' },
      ExpressionAttributeValues: {
        ':now': now,
        ':one': 1,
        ':before': now - secondMs,
        ':after': now + secondMs,
        ':ttl': Math.ceil(now / secondMs) + counterMemorySeconds,
      },
    });
  }

  async #write(event: string, update: Omit<Parameters<CatalogTable['update']>[0], 'Key'>): Promise<boolean> {
    try {
      const row = await this.#rows.update({ ...update, Key: { ...keys.counter(event) } });
      this.#begun.set(event, decodeCounter(row).begun);
      return true;
    } catch (error) {
      if (isServiceError(error, 'ConditionalCheckFailedException')) return false;
      throw error;
    }
  }
}
