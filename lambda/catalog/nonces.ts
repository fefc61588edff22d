import { hash } from 'node:crypto';
import type { Clock } from '../runtime/clock.ts';
import { isServiceError } from '../runtime/errors.ts';
import type { CatalogTable } from './catalog-table.ts';
import { keys, ttlAttribute } from './schema.ts';

export interface Nonce {
  /** The user who chose the nonce: two users may choose the same one. */
  readonly user: string;
  readonly nonce: string;
  /** Epoch ms. From then on, a repeat of the request is refused because of its time. */
  readonly until: number;
}

/** How long a nonce is remembered after its time, because the clocks of two functions may differ. */
const memoryMs = 60_000;

/** Remembers which nonces were used. Only hashes are stored, so even a long nonce has a small record. */
export class Nonces {
  readonly #rows: CatalogTable;
  readonly #clock: Clock;

  constructor(rows: CatalogTable, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /** Returns true for the first use of a nonce and false for every other one, also for uses at the same time. */
  async use({ user, nonce, until }: Nonce): Promise<boolean> {
    const key = hash('sha256', JSON.stringify([user, nonce]));
    try {
      await this.#rows.update({
        Key: { ...keys.nonce(key) },
        UpdateExpression: 'SET #ttl = :ttl',
        // DynamoDB removes an expired record only days later.
        ConditionExpression: 'attribute_not_exists(#ttl) OR #ttl < :now',
        ExpressionAttributeNames: { '#ttl': ttlAttribute },
        ExpressionAttributeValues: {
          ':ttl': Math.ceil((until + memoryMs) / 1000),
          ':now': Math.floor(this.#clock.now() / 1000),
        },
      });
      return true;
    } catch (error) {
      if (isServiceError(error, 'ConditionalCheckFailedException')) return false;
      throw error;
    }
  }
}
