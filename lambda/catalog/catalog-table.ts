import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../runtime/clock.ts';
import { isServiceError } from '../runtime/errors.ts';
import { followPages } from '../runtime/follow-pages.ts';
import { readCancellationCodes } from '../runtime/throttling.ts';
import type { Row } from './decode.ts';
import { index, type Collection, type RecordKey } from './schema.ts';

type WithoutTable<T> = Omit<T, 'TableName'>;
type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** One write of a transaction, without the table's name. */
export interface Write {
  readonly Put?: WithoutTable<NonNullable<Action['Put']>>;
  readonly Update?: WithoutTable<NonNullable<Action['Update']>>;
  readonly Delete?: WithoutTable<NonNullable<Action['Delete']>>;
  readonly ConditionCheck?: WithoutTable<NonNullable<Action['ConditionCheck']>>;
}

/** The reason why a transaction was rejected and wrote nothing: for each write, whether its condition failed. */
export type Refusal = readonly boolean[];

/** How many times a transaction is tried: DynamoDB rejects it while another one writes the same record. */
const maxConflictTries = 12;

/** The rows of one partition whose sort key lies in [from, to]. */
interface Range {
  readonly pk: string;
  readonly from: string;
  readonly to: string;
  readonly newestFirst?: true;
}

/** The catalog's table. Reads are consistent, except those of a collection. Writes have conditions. */
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

  /** Reads the rows of the range after the sort key `after`, in order or newest first, at most `limit`. */
  async queryRange(range: Range, limit: number, after?: string): Promise<Row[]> {
    return this.#query({
      ...toRangeQuery(range),
      ExclusiveStartKey: after === undefined ? undefined : { pk: range.pk, sk: after },
      Limit: limit,
    });
  }

  /**
   * Reads all rows of the range, in order or newest first, `pageSize` at a time. Each page has the state at the time it is
   * read.
   */
  async *streamRange(range: Range, pageSize: number): AsyncGenerator<Row> {
    const query = { ...toRangeQuery(range), Limit: pageSize };
    for await (const { Items = [] } of this.#queryPages(query)) yield* Items;
  }

  /**
   * Reads the rows of one collection whose position lies in [from, to] and after `after`, in order or newest first, at
   * most `limit` if there is one. Eventually consistent.
   */
  async queryCollection(
    collection: Collection,
    range: { from: string; to: string; after?: RecordKey & { position: string }; newestFirst?: true },
    limit: number = Infinity,
  ): Promise<Row[]> {
    return this.#query({
      IndexName: index.name,
      KeyConditionExpression: '#collection = :collection AND #position BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#collection': index.partition, '#position': index.sort },
      ExpressionAttributeValues: { ':collection': collection, ':from': range.from, ':to': range.to },
      ExclusiveStartKey: range.after && { ...range.after, collection },
      ScanIndexForward: range.newestFirst !== true,
      Limit: limit,
    });
  }

  /** Reads all rows of one collection, in order. Eventually consistent. */
  readCollection(collection: Collection): Promise<Row[]> {
    return this.queryCollection(collection, { from: ' ', to: '~' });
  }

  /** Returns the updated row. Throws `ConditionalCheckFailedException` if the condition fails. */
  async update(input: WithoutTable<UpdateCommandInput>): Promise<Row> {
    const command = new UpdateCommand({ ...input, TableName: this.#name, ReturnValues: 'ALL_NEW' });
    return (await this.#client.send(command)).Attributes ?? {};
  }

  /**
   * Executes all writes or none. Returns undefined if it executed them, else which conditions did not hold. Tries again
   * when the transaction is in conflict with another one.
   */
  async transact(writes: readonly Write[]): Promise<Refusal | undefined> {
    // All attempts have one token, so that an attempt that succeeded but whose answer was lost is not executed twice.
    const token = randomUUID();
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#client.send(
          new TransactWriteCommand({
            ClientRequestToken: token,
            TransactItems: writes.map((write) => this.#toAction(write)),
          }),
        );
        return undefined;
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal !== undefined) return refusal;
        if (!isConflict(error) || attempt === maxConflictTries) throw error;
        await this.#clock.sleep(Math.random() * Math.min(1000, 10 * 2 ** attempt));
      }
    }
  }

  async #query(input: Omit<QueryCommandInput, 'TableName' | 'Limit'> & { Limit: number }): Promise<Row[]> {
    const { Limit: limit, ...query } = input;
    const rows: Row[] = [];
    const pages = this.#queryPages({ ...query, ...(limit < Infinity && { Limit: limit }) });
    for await (const { Items = [] } of pages) {
      rows.push(...Items);
      if (rows.length >= limit) break;
    }
    return rows.slice(0, limit);
  }

  #queryPages(query: WithoutTable<QueryCommandInput>): AsyncGenerator<QueryCommandOutput> {
    return followPages(
      'Query',
      (start: QueryCommandOutput['LastEvaluatedKey'] = query.ExclusiveStartKey) =>
        this.#client.send(new QueryCommand({ ...query, TableName: this.#name, ExclusiveStartKey: start })),
      ({ LastEvaluatedKey }) => LastEvaluatedKey,
    );
  }

  #toAction(write: Write): Action {
    const [kind, body] = Object.entries(write)[0] ?? [];
    return { [String(kind)]: { ...body, TableName: this.#name } };
  }
}

function toRangeQuery({ pk, from, to, newestFirst }: Range) {
  return {
    ScanIndexForward: newestFirst !== true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
    ConsistentRead: true,
  };
}

function refusalOf(error: unknown): Refusal | undefined {
  const codes = readCancellationCodes(error);
  return codes.includes('ConditionalCheckFailed')
    ? codes.map((code) => code === 'ConditionalCheckFailed')
    : undefined;
}

function isConflict(error: unknown): boolean {
  const codes = readCancellationCodes(error);
  return (
    isServiceError(error, 'TransactionInProgressException', 'ThrottlingException') ||
    codes.some((code) => code === 'TransactionConflict' || code === 'ThrottlingError')
  );
}
