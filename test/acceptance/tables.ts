import { randomBytes } from 'node:crypto';
import type { AttributeValue, BackupDetails, CreateTableInput } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, vi } from 'vitest';
import { type Client, ServiceError } from './client.ts';
import type { Endpoint } from './endpoint.ts';

export type Item = Record<string, AttributeValue>;

/** The prefix of all table names: a deployment's configuration limits the tables that it may back up and restore to. */
const prefix = process.env['TIDEMARK_TEST_TABLE_PREFIX'] ?? 'tidemark-acceptance-';

const batchEntries = 25;

/** The tables and backups of some tests. Deletes all of them after the tests. */
export class Workplace {
  readonly #client: Client;
  readonly #helper: Client;
  readonly #endpoint: Endpoint;
  readonly #run: string;
  readonly #tables: string[] = [];

  /** @param helper polls and cleans up in place of a slow client */
  constructor(client: Client, endpoint: Endpoint, helper: Client = client) {
    this.#client = client;
    this.#helper = helper;
    this.#endpoint = endpoint;
    this.#run = randomBytes(4).toString('hex');
    afterAll(() => this.#clear());
  }

  /** Returns the full name of a table of these tests, which exists or which a restore will create. */
  uniqueName(name: string): string {
    const full = `${prefix}${this.#client.name}-${this.#run}-${name}`;
    if (!this.#tables.includes(full)) this.#tables.push(full);
    return full;
  }

  /** Creates a table with the key `id` and a stream, and returns its full name. */
  async createTable(name: string, more: Partial<CreateTableInput> = {}): Promise<string> {
    const TableName = this.uniqueName(name);
    await this.#client.call('CreateTable', {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      ...more,
    });
    await this.waitUntilActive(TableName);
    return TableName;
  }

  async putItems(table: string, items: readonly Item[]): Promise<void> {
    for (let from = 0; from < items.length; from += batchEntries) {
      const requests = items.slice(from, from + batchEntries).map((Item) => ({ PutRequest: { Item } }));
      const { UnprocessedItems = {} } = await this.#client.call('BatchWriteItem', {
        RequestItems: { [table]: requests },
      });
      if (Object.keys(UnprocessedItems).length > 0) throw new Error(`${table} did not accept all items`);
    }
  }

  /** Reads all items, sorted by `id`. */
  async readItems(table: string): Promise<Item[]> {
    const items: Item[] = [];
    let next: Item | undefined;
    do {
      const page = await this.#client.call('Scan', {
        TableName: table,
        ConsistentRead: true,
        ...(next && { ExclusiveStartKey: next }),
      });
      items.push(...(page.Items ?? []));
      next = page.LastEvaluatedKey;
    } while (next !== undefined);
    return sortItems(items);
  }

  /** Waits until the table is ACTIVE, so that a restored table has all its content. */
  async waitUntilActive(table: string): Promise<void> {
    await this.waitUntil(async () => {
      const { Table } = await this.#helper.call('DescribeTable', { TableName: table });
      return Table?.TableStatus === 'ACTIVE';
    });
  }

  /** Creates a backup, waits until it is AVAILABLE, and returns its ARN. */
  async backUp(table: string, name: string): Promise<string> {
    const { BackupDetails } = await this.#client.call('CreateBackup', { TableName: table, BackupName: name });
    const arn = String(BackupDetails?.BackupArn);
    await this.waitUntilAvailable(arn);
    return arn;
  }

  async waitUntilAvailable(arn: string): Promise<BackupDetails> {
    return this.waitUntil(async () => {
      const { BackupDescription } = await this.#helper.call('DescribeBackup', { BackupArn: arn });
      const details = BackupDescription?.BackupDetails;
      if (details?.BackupStatus === 'DELETED') throw new Error(`the backup failed: ${arn}`);
      return details?.BackupStatus === 'AVAILABLE' && details;
    });
  }

  /** Calls `ask` until it returns a value other than false and undefined. Throws what `ask` throws. */
  async waitUntil<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
    return vi.waitUntil(ask, { timeout: this.#endpoint.patienceMs, interval: this.#endpoint.pollMs });
  }

  /** Returns the endpoint's time, epoch ms. */
  now(): number {
    return this.#endpoint.clock?.now() ?? Date.now();
  }

  /** Advances the endpoint's time at once if that time is simulated. */
  passTime(milliseconds: number): void {
    this.#endpoint.clock?.advance(milliseconds);
  }

  async #clear(): Promise<void> {
    for (const table of this.#tables) {
      const { BackupSummaries = [] } = await this.#helper.call('ListBackups', { TableName: table });
      for (const { BackupArn } of BackupSummaries) {
        const canDelete = () =>
          this.#helper.call('DeleteBackup', { BackupArn }).then(() => true, allow('BackupInUseException'));
        await this.waitUntil(canDelete);
      }
      await this.#helper.call('DeleteTable', { TableName: table }).catch(allow('ResourceNotFoundException'));
    }
  }
}

/** Creates an error handler that returns false for this exception, and throws any other. */
function allow(exception: string): (error: unknown) => false {
  return (error) => {
    if (error instanceof ServiceError && error.exception === exception) return false;
    throw error;
  };
}

function sortItems(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (String(a['id']?.S) < String(b['id']?.S) ? -1 : 1));
}

/** Makes the items 0 to `count` - 1, with values of all types but the binary ones. */
export function numberedItems(count: number, note: string): Item[] {
  return Array.from({ length: count }, (_, i) => ({
    id: { S: `item-${String(i).padStart(5, '0')}` },
    note: { S: note },
    year: { N: String(1900 + i) },
    tags: { SS: [`tag-${i}`] },
    more: { M: { list: { L: [{ NULL: true }, { BOOL: i % 2 === 0 }, { S: 'ä "quoted" \\ text' }] } } },
  }));
}

/** Expects the service to answer the call with this exception and message. */
export async function expectError(
  call: Promise<unknown>,
  exception: string,
  message: string | RegExp,
): Promise<void> {
  const outcome = await call.then(
    () => 'no error',
    (error: unknown) => error,
  );
  if (!(outcome instanceof ServiceError)) throw outcome;
  expect(outcome.exception).toBe(exception);
  if (typeof message === 'string') expect(outcome.text).toBe(message);
  else expect(outcome.text).toMatch(message);
}
