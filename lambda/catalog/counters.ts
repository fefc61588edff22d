import type { Clock } from '../runtime/clock.ts';
import { isServiceError } from '../runtime/errors.ts';
import type { CatalogTable } from './catalog-table.ts';
import { keys } from './schema.ts';

/** A counter is of no use once its second is over; DynamoDB removes it within days of this. */
const counterMemorySeconds = 60;

/** Counts events by the second, exactly, over all callers. */
export class Counters {
  readonly #rows: CatalogTable;
  readonly #clock: Clock;

  constructor(rows: CatalogTable, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /** Counts one event of this second, or says false if there were `limit` already. */
  async admit(event: string, limit: number): Promise<boolean> {
    const second = Math.floor(this.#clock.now() / 1000);
    try {
      await this.#rows.update({
        Key: { ...keys.counter(`${event}#${second}`) },
        UpdateExpression: 'ADD #count :one SET #ttl = :ttl',
        ConditionExpression: 'attribute_not_exists(#count) OR #count < :limit',
        ExpressionAttributeNames: { '#count': 'count', '#ttl': 'ttl' },
        ExpressionAttributeValues: { ':one': 1, ':limit': limit, ':ttl': second + counterMemorySeconds },
      });
      return true;
    } catch (error) {
      if (isServiceError(error, 'ConditionalCheckFailedException')) return false;
      throw error;
    }
  }
}
