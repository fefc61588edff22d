import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../runtime/clock.ts';
import { isServiceError } from '../runtime/errors.ts';
import { cancellationCodes } from '../runtime/throttling.ts';
import { index, type Collection, type RecordKey } from './schema.ts';

type Row = Record<string, unknown>;
type WithoutTable<T> = Omit<T, 'TableName'>;
type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** One write of a transaction, without the table's name. */
export interface Write {
  readonly Put?: WithoutTable<NonNullable<Action['Put']>>;
  readonly Update?: WithoutTable<NonNullable<Action['Update']>>;
  readonly Delete?: WithoutTable<NonNullable<Action['Delete']>>;
  readonly ConditionCheck?: WithoutTable<NonNullable<Action['ConditionCheck']>>;
}

/** A transaction that was not done: for each write whether its condition was what did not hold. */
export type Refusal = readonly boolean[];

/** Several writers of one record meet: transactions answer a conflict, and are tried again so often. */
const conflictTries = 12;

/** More than an account has tables, or backups and restores that run. */
export const maxRecords = 100_000;

/** The catalog's table: reads are consistent (but for the index), writes are conditional. */
export class CatalogTable {
  readonly #client: DynamoDBDocumentClient;
  readonly #name: string;
  readonly #clock: Clock;

  constructor(client: DynamoDBClient, name: string, clock: Clock) {
    this.#client = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
    this.#name = name;
    this.#clock = clock;
  }

  async get(key: RecordKey): Promise<Row | undefined> {
    const command = new GetCommand({ TableName: this.#name, Key: { ...key }, ConsistentRead: true });
    return (await this.#client.send(command)).Item;
  }

  /** Records of one partition whose sort key lies in [from, to], in order, from behind `after`. */
  async range(pk: string, from: string, to: string, limit: number, after?: string): Promise<Row[]> {
    return this.#query({
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
      ExclusiveStartKey: after === undefined ? undefined : { pk, sk: after },
      ConsistentRead: true,
      Limit: limit,
    });
  }

  /** Records of one collection by position in [from, to], in order, from behind `after`. Eventually consistent. */
  async collection(
    collection: Collection,
    range: { from: string; to: string; after?: RecordKey & { position: string } },
    limit: number,
  ): Promise<Row[]> {
    return this.#query({
      IndexName: index.name,
      KeyConditionExpression: '#collection = :collection AND #position BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#collection': index.partition, '#position': index.sort },
      ExpressionAttributeValues: { ':collection': collection, ':from': range.from, ':to': range.to },
      ExclusiveStartKey: range.after && { ...range.after, collection },
      Limit: limit,
    });
  }

  /** All records of one collection, in order. Eventually consistent. */
  all(collection: Collection): Promise<Row[]> {
    return this.collection(collection, { from: ' ', to: '~' }, maxRecords);
  }

  /** The record after the update; throws ConditionalCheckFailedException if its condition does not hold. */
  async update(input: WithoutTable<UpdateCommandInput>): Promise<Row> {
    const command = new UpdateCommand({ ...input, TableName: this.#name, ReturnValues: 'ALL_NEW' });
    return (await this.#client.send(command)).Attributes ?? {};
  }

  /**
   * All writes or none. Resolves to undefined when they were done, else to which conditions did not hold. Conflicts with
   * other transactions are tried again.
   */
  async transact(writes: readonly Write[]): Promise<Refusal | undefined> {
    // One token for all tries: a try that was done although its answer was lost is not done again.
    const token = randomUUID();
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#client.send(
          new TransactWriteCommand({
            ClientRequestToken: token,
            TransactItems: writes.map((write) => this.#action(write)),
          }),
        );
        return undefined;
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal !== undefined) return refusal;
        if (!isConflict(error) || attempt === conflictTries) throw error;
        await this.#clock.sleep(Math.random() * Math.min(1000, 10 * 2 ** attempt));
      }
    }
  }

  /** Reads pages until `Limit` records are there or none follow; a Limit is always sent. */
  async #query(input: Omit<QueryCommandInput, 'TableName' | 'Limit'> & { Limit: number }): Promise<Row[]> {
    const rows: Row[] = [];
    let start = input.ExclusiveStartKey;
    do {
      const page = await this.#client.send(
        new QueryCommand({
          ...input,
          TableName: this.#name,
          Limit: input.Limit - rows.length,
          ExclusiveStartKey: start,
        }),
      );
      rows.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start !== undefined && rows.length < input.Limit);
    return rows;
  }

  #action(write: Write): Action {
    const [kind, body] = Object.entries(write)[0] ?? [];
    return { [String(kind)]: { ...body, TableName: this.#name } };
  }
}

function refusalOf(error: unknown): Refusal | undefined {
  const codes = cancellationCodes(error);
  return codes.includes('ConditionalCheckFailed')
    ? codes.map((code) => code === 'ConditionalCheckFailed')
    : undefined;
}

function isConflict(error: unknown): boolean {
  const codes = cancellationCodes(error);
  return (
    isServiceError(error, 'TransactionInProgressException', 'ThrottlingException') ||
    codes.some((code) => code === 'TransactionConflict' || code === 'ThrottlingError')
  );
}
