import type {
  AttributeValue,
  GetItemCommandInput,
  QueryCommandInput,
  TransactWriteItemsCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { index } from '../../../lambda/catalog/schema.ts';
import type { Faults } from '../faults.ts';
import type { Scheduler } from '../scheduler.ts';
import { applyUpdate, checkAllUsed, evaluateCondition, type Placeholders, type Row } from './expressions.ts';
import { ServiceError } from './service-error.ts';

type Action = NonNullable<TransactWriteItemsCommandInput['TransactItems']>[number];

/** One write of a transaction, with the members of all kinds of writes. */
interface Part extends Placeholders {
  readonly Key?: Row;
  readonly Item?: Row;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
}

/** The latest states of a row, the newest last; undefined: deleted. */
type Versions = { readonly at: number; readonly row: Row | undefined }[];

/** The longest time until an index shows a write to the table. */
const maxLagMs = 2000;

/** DynamoDB remembers the token of a transaction for ten minutes. */
const tokenMemoryMs = 10 * 60_000;

/** Called with each change of a row. */
type Watch = (before: Row | undefined, after: Row | undefined) => void;

/** The catalog's table in memory. It has only those commands and expressions of DynamoDB that the catalog uses. */
export class CatalogDatabase {
  watch: Watch = () => {};
  readonly #scheduler: Scheduler;
  readonly #faults: Faults;
  readonly #rows = new Map<string, Versions>();
  readonly #tokens = new Map<string, number>();

  constructor(scheduler: Scheduler, faults: Faults) {
    this.#scheduler = scheduler;
    this.#faults = faults;
  }

  /** Returns all rows as they are now, in the order of their keys. */
  rows(): Row[] {
    return this.#rowsAt(this.#scheduler.now).toSorted((a, b) => compareText(keyOf(a), keyOf(b)));
  }

  answer(command: string, input: object): object {
    if (command === 'GetItem') return this.#get(input as GetItemCommandInput);
    if (command === 'Query') return this.#query(input as QueryCommandInput);
    if (command === 'UpdateItem') return this.#update(input as UpdateItemCommandInput);
    if (command === 'TransactWriteItems') return this.#transact(input as TransactWriteItemsCommandInput);
    throw new Error(`the catalog does not use ${command}`);
  }

  #get({ Key, ConsistentRead }: GetItemCommandInput): object {
    if (ConsistentRead !== true) throw new Error('the catalog reads consistently');
    const row = this.#find(keyOf(Key));
    return row === undefined ? {} : { Item: structuredClone(row) };
  }

  #query(input: QueryCommandInput): object {
    const {
      KeyConditionExpression: condition = '',
      ExclusiveStartKey: start,
      Limit: limit = Infinity,
    } = input;
    checkAllUsed([condition], input);
    if (input.IndexName !== undefined && (input.IndexName !== index.name || input.ConsistentRead === true))
      throw new Error('there is no such index, or no consistent read of it');
    const isIndex = input.IndexName !== undefined;
    const lag = isIndex && this.#faults.happens('staleIndex') ? this.#scheduler.random.below(maxLagMs) : 0;
    const place = (row: Row): string => (isIndex ? `${row[index.sort]?.S}\0${keyOf(row)}` : keyOf(row));
    const found = this.#rowsAt(this.#scheduler.now - lag)
      .filter((row) => !isIndex || (row[index.partition] !== undefined && row[index.sort] !== undefined))
      .filter((row) => evaluateCondition(condition, input, row))
      .filter((row) => start === undefined || compareText(place(row), place(start)) > 0)
      .toSorted((a, b) => compareText(place(a), place(b)));
    const short = this.#faults.happens('shortPage')
      ? this.#scheduler.random.between(1, found.length + 1)
      : Infinity;
    const page = found.slice(0, Math.min(limit, short));
    const last = page.at(-1) ?? start;
    const isCut = page.length < found.length || page.length === limit;
    return {
      Items: structuredClone(page),
      ...(isCut && last !== undefined && { LastEvaluatedKey: keyAttributes(last, isIndex) }),
    };
  }

  #update(input: UpdateItemCommandInput): object {
    checkAllUsed([input.ConditionExpression, input.UpdateExpression], input);
    const row = this.#find(keyOf(input.Key));
    if (!isMet(input.ConditionExpression, input, row))
      throw new ServiceError('ConditionalCheckFailedException', 'The conditional request failed');
    const updated = applyUpdate(String(input.UpdateExpression), input, row ?? { ...input.Key });
    this.#write(updated, updated);
    return input.ReturnValues === 'ALL_NEW' ? { Attributes: structuredClone(updated) } : {};
  }

  #transact({
    TransactItems: actions = [],
    ClientRequestToken: token = '',
  }: TransactWriteItemsCommandInput): object {
    const done = this.#tokens.get(token);
    if (done !== undefined && this.#scheduler.now - done < tokenMemoryMs) return {};
    const parts = actions.map(partOf);
    if (new Set(parts.map(({ key }) => key)).size < parts.length)
      throw new ServiceError(
        'ValidationException',
        'Transaction request cannot include multiple operations on one item',
      );
    if (this.#faults.happens('conflict')) {
      const victim = this.#scheduler.random.below(parts.length);
      throw cancellation(parts.map((_, i) => (i === victim ? 'TransactionConflict' : 'None')));
    }
    const codes = parts.map(({ key, part }) => {
      checkAllUsed([part.ConditionExpression, part.UpdateExpression], part);
      return isMet(part.ConditionExpression, part, this.#find(key)) ? 'None' : 'ConditionalCheckFailed';
    });
    if (codes.includes('ConditionalCheckFailed')) throw cancellation(codes);
    const written = parts.map(({ kind, key, part }) => {
      const row = this.#find(key);
      if (kind === 'Put') return part.Item;
      if (kind === 'Update') return applyUpdate(String(part.UpdateExpression), part, row ?? { ...part.Key });
      return kind === 'Delete' ? undefined : row;
    });
    for (const [i, { part }] of parts.entries()) this.#write(part.Item ?? part.Key, written[i]);
    this.#tokens.set(token, this.#scheduler.now);
    return {};
  }

  #find(key: string): Row | undefined {
    return this.#rows.get(key)?.at(-1)?.row;
  }

  #write(key: Row | undefined, row: Row | undefined): void {
    const name = keyOf(key);
    const versions = this.#rows.get(name) ?? [];
    this.#rows.set(name, versions);
    const before = versions.at(-1)?.row;
    while ((versions[1]?.at ?? Infinity) < this.#scheduler.now - maxLagMs) versions.shift();
    versions.push({ at: this.#scheduler.now, row: row && structuredClone(row) });
    this.watch(before, row);
  }

  #rowsAt(time: number): Row[] {
    return [...this.#rows.values()]
      .map((versions) => versions.findLast(({ at }) => at <= time)?.row)
      .filter((row) => row !== undefined);
  }
}

function partOf(action: Action): { readonly kind: string; readonly key: string; readonly part: Part } {
  const [[kind, part] = ['', {}]]: [string, Part][] = Object.entries(action);
  return { kind, key: keyOf(part.Item ?? part.Key), part };
}

function isMet(condition: string | undefined, placeholders: Placeholders, row: Row | undefined): boolean {
  return condition === undefined || evaluateCondition(condition, placeholders, row);
}

function cancellation(codes: readonly string[]): ServiceError {
  return new ServiceError(
    'TransactionCanceledException',
    `Transaction cancelled: [${codes.join(', ')}]`,
    codes,
  );
}

function keyOf(row: Row | undefined): string {
  const { pk, sk } = row ?? {};
  if (pk?.S === undefined || sk?.S === undefined) throw new Error('a key has pk and sk');
  return `${pk.S}\0${sk.S}`;
}

function keyAttributes(row: Row, isIndex: boolean): Record<string, AttributeValue | undefined> {
  const { pk, sk } = row;
  return {
    pk,
    sk,
    ...(isIndex && { [index.partition]: row[index.partition], [index.sort]: row[index.sort] }),
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
