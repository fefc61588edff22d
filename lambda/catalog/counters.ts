import type { Clock } from '../runtime/clock.ts';
import { isServiceError } from '../runtime/errors.ts';
import type { CatalogTable } from './catalog-table.ts';
import { keys } from './schema.ts';

/** A counter is of no use once its second is over; DynamoDB removes it within days of this. */
const counterMemorySeconds = 60;

const secondMs = 1000;

/**
 * Counts events by the second, exactly, over all callers whose clocks differ by less than a second. A second begins with
 * its first event, not with the clock's: a burst is so counted as one wherever it falls. One that begins a second or
 * more from now, by a clock that was put back, is not waited for.
 */
export class Counters {
  readonly #rows: CatalogTable;
  readonly #clock: Clock;
  /** When the present second of an event began, as last seen here: it only says what to try first. */
  readonly #begun = new Map<string, number>();

  constructor(rows: CatalogTable, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /** Counts one event, or says false if there were `limit` already within the second. One round but at its bounds. */
  async admit(event: string, limit: number): Promise<boolean> {
    const now = this.#clock.now();
    const running = Math.abs(now - (this.#begun.get(event) ?? -Infinity)) < secondMs;
    if (running && (await this.#join(event, now, limit))) return true;
    // Another may begin the second between our tries; then it is joined.
    return (await this.#begin(event, now)) || this.#join(event, now, limit);
  }

  /** Counts one more in the second that runs at `now`; false if none does or it is full. */
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

  /** Begins a second with this event; false if one runs already. */
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
      this.#begun.set(event, Number(row['begun']));
      return true;
    } catch (error) {
      if (isServiceError(error, 'ConditionalCheckFailedException')) return false;
      throw error;
    }
  }
}
