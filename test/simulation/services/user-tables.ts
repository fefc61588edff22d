import type {
  BatchWriteItemCommandInput,
  CreateTableCommandInput,
  ScanCommandInput,
  TagResourceCommandInput,
  UpdateTableCommandInput,
  WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { finishedValue, restoreTag } from '../../../lambda/model/restore-tag-name.ts';
import { scanPage } from '../../support/simulated-dynamodb.ts';
import type { StreamOptions } from '../../support/sources/simulated-stream.ts';
import type { Faults } from '../faults.ts';
import type { Scheduler } from '../scheduler.ts';
import { ServiceError } from './service-error.ts';
import {
  account,
  catalogName,
  describe,
  maxStaleMs,
  TablePlane,
  type TableState,
  type UserTable,
} from './table-plane.ts';

/** How long DynamoDB takes to create, update or delete a table. */
const changeMs = { min: 1000, max: 8000 } as const;

/** How long the building of an index takes at most. */
const indexMs = 5 * 60_000;

type Named = { readonly TableName?: string };

/** The tables that are backed up and restored. They have those of DynamoDB's operations that Tidemark's steps call. */
export class UserTables {
  readonly plane = new TablePlane();
  /** Called with each table that Tidemark writes to or deletes. */
  watch: (table: UserTable) => void = () => {};
  readonly #scheduler: Scheduler;
  readonly #faults: Faults;
  readonly #options: StreamOptions;

  constructor(scheduler: Scheduler, faults: Faults, options: StreamOptions) {
    this.#scheduler = scheduler;
    this.#faults = faults;
    this.#options = options;
  }

  /** Creates a table as its owner would; it is ACTIVE at once. */
  createOwned(name: string, hasStream = true): UserTable {
    const { now } = this.#scheduler;
    const count = this.#scheduler.random.pick([0, 0, 1, 2]);
    const indexes = Array.from({ length: count }, (_, i) => ({
      name: `by-value-${i}`,
      status: 'ACTIVE' as const,
    }));
    const state = this.plane.create(name, now, this.#options, {
      hasStream,
      tags: [],
      madeBy: undefined,
      indexes,
    });
    this.plane.set(name, now, { ...state, status: 'ACTIVE' });
    this.synchronize(state.table);
    return state.table;
  }

  /** Creates the table of the import with this token, which stays CREATING and has no tags. */
  createImported(name: string, token: string): UserTable {
    if (this.plane.find(name) !== undefined) throw inUse(`Table already exists: ${name}`);
    const { now } = this.#scheduler;
    return this.plane.create(name, now, this.#options, { hasStream: false, tags: [], madeBy: token }).table;
  }

  /** Makes the table of an import ACTIVE. */
  activate({ name, id }: UserTable): void {
    const state = this.plane.find(name);
    if (state?.table.id !== id) throw new Error(`the table ${name} of an import is gone`);
    this.plane.set(name, this.#scheduler.now, { ...state, status: 'ACTIVE' });
  }

  /** Deletes a table as its owner would, or a restore that may. The table's stream stays readable. */
  delete(name: string): void {
    const state = this.#changeable(name);
    state.table.model.switchOff();
    this.#change({ ...state, status: 'DELETING' }, undefined);
  }

  /** Sets a table's clock, which every write moves, and the scheduler's to one time. */
  synchronize({ model }: UserTable): void {
    model.now = Math.max(model.now, this.#scheduler.now);
    this.#scheduler.now = model.now;
  }

  answer(command: string, input: object): object {
    const { TableName: name = '' } = input as Named;
    if (command === 'DescribeTable') return { Table: describe(this.#find(name)) };
    if (command === 'DescribeTimeToLive') return {};
    if (command === 'Scan') return this.#scan(input as ScanCommandInput);
    if (command === 'CreateTable') return this.#create(input as CreateTableCommandInput);
    if (command === 'UpdateTable') return this.#update(input as UpdateTableCommandInput);
    if (command === 'DeleteTable') return this.#deleteRestored(name);
    if (command === 'BatchWriteItem') return this.#write(input as BatchWriteItemCommandInput);
    if (command === 'ListTagsOfResource') return { Tags: this.#findByArn(input).tags };
    if (command === 'TagResource') return this.#tag(input as TagResourceCommandInput);
    throw new Error(`Tidemark does not call ${command}`);
  }

  #find(name: string): TableState {
    const lag = this.#faults.happens('staleTable') ? this.#scheduler.random.below(maxStaleMs) : 0;
    return this.plane.find(name, this.#scheduler.now - lag) ?? notFound(name);
  }

  #scan(input: ScanCommandInput): object {
    const { table, status } = this.plane.find(String(input.TableName)) ?? notFound(String(input.TableName));
    if (status === 'CREATING' || status === 'DELETING') return notFound(table.name);
    this.synchronize(table);
    return scanPage(table.model, input);
  }

  #create({ TableName: name = '', Tags: tags = [] }: CreateTableCommandInput): object {
    // A restore checks its settings with a CreateTable for the catalog's table, which exists.
    if (name === catalogName || this.plane.find(name) !== undefined)
      throw inUse(`Table already exists: ${name}`);
    const madeBy = tags.find(({ Key }) => Key === restoreTag)?.Value?.split(':')[0];
    const { now } = this.#scheduler;
    const state = this.plane.create(name, now, this.#options, { hasStream: false, tags, madeBy });
    this.#change(state, { ...state, status: 'ACTIVE' });
    return { TableDescription: describe(state) };
  }

  /** Enables a missing stream, or adds an index to the table of a restore, as Tidemark does. */
  #update({
    TableName: name = '',
    StreamSpecification: stream,
    GlobalSecondaryIndexUpdates: updates = [],
  }: UpdateTableCommandInput): object {
    const [index] = updates;
    if (index?.Create !== undefined) return this.#addIndex(name, String(index.Create.IndexName));
    if (stream?.StreamEnabled !== true) throw new Error('no other update is simulated');
    const state = this.#changeable(name);
    if (state.table.model.stream !== undefined)
      throw new ServiceError(
        'ValidationException',
        `Table already has an enabled stream: TableName: ${name}`,
      );
    this.synchronize(state.table);
    state.table.model.switchOn();
    this.synchronize(state.table);
    this.#change({ ...state, status: 'UPDATING' }, { ...state, status: 'ACTIVE' });
    return {};
  }

  /** Adds an index, which is built after the table is ACTIVE again. */
  #addIndex(name: string, added: string): object {
    const state = this.#changeable(name);
    this.#mayChange(state);
    if (state.indexes.some(({ status }) => status !== 'ACTIVE'))
      throw inUse(`An index of ${name} is being created`);
    if (state.indexes.some((index) => index.name === added))
      throw new ServiceError(
        'ValidationException',
        `Attempting to create an index which already exists: ${added}`,
      );
    const indexes = [...state.indexes, { name: added, status: 'CREATING' as const }];
    const begun: TableState = { ...state, status: 'UPDATING', indexes };
    this.#change(begun, { ...begun, status: 'ACTIVE' });
    this.#scheduler.after(this.#scheduler.random.between(changeMs.max, indexMs), () => {
      const present = this.plane.find(name);
      if (present?.table.id !== state.table.id) return;
      const built = present.indexes.map((index) => ({ ...index, status: 'ACTIVE' as const }));
      this.plane.set(name, this.#scheduler.now, { ...present, indexes: built });
    });
    return {};
  }

  #deleteRestored(name: string): object {
    this.#mayChange(this.plane.find(name) ?? notFound(name));
    this.delete(name);
    return {};
  }

  #write({ RequestItems = {} }: BatchWriteItemCommandInput): object {
    const [[name, requests] = ['', []]] = Object.entries(RequestItems);
    const state = this.plane.find(name) ?? notFound(name);
    this.#mayChange(state);
    if (state.status === 'CREATING' || state.status === 'DELETING') return notFound(name);
    const isLeft = (): boolean => this.#faults.happens('unprocessed') && this.#scheduler.random.chance(0.5);
    const left = requests.filter((request) => isLeft() || !this.#put(state.table, request));
    return { UnprocessedItems: left.length === 0 ? {} : { [name]: left } };
  }

  #put(table: UserTable, { PutRequest: put }: WriteRequest): true {
    const item = put?.Item ?? {};
    this.put(table, Number(item['pk']?.S?.slice(1)), Number(item['value']?.N));
    return true;
  }

  /** Writes an item of a restore. */
  put(table: UserTable, key: number, value: number): void {
    this.synchronize(table);
    table.model.write(key, true, 0, value);
    this.synchronize(table);
  }

  /** Tags a table: as finished, or with a restore's tag if it has no tag, as the table of an import. */
  #tag(input: TagResourceCommandInput): object {
    const state = this.#findByArn(input);
    const { Tags: tags = [] } = input;
    const isOwn = tags.some(({ Value }) => Value !== finishedValue);
    if (isOwn && state.tags.length > 0) throw denied(state.table.name);
    if (isOwn || state.tags.some(({ Value }) => Value !== finishedValue)) this.watch(state.table);
    this.plane.set(state.table.name, this.#scheduler.now, { ...state, tags });
    return {};
  }

  #findByArn({ ResourceArn: arn = '' }: { readonly ResourceArn?: string | undefined }): TableState {
    const name = arn.slice(account.length);
    return this.plane.find(name) ?? notFound(name);
  }

  /** Refuses a call of Tidemark on a table that has no tag of a restore. */
  #mayChange({ table, tags }: TableState): void {
    const isTagged = tags.some(({ Key, Value }) => Key === restoreTag && Value !== finishedValue);
    if (!isTagged) throw denied(table.name);
    this.watch(table);
  }

  #changeable(name: string): TableState {
    const state = this.plane.find(name) ?? notFound(name);
    if (state.status !== 'ACTIVE') throw inUse(`Table is being changed: ${name}`);
    return state;
  }

  #change(begun: TableState, ended: TableState | undefined): void {
    const { name, id } = begun.table;
    this.plane.set(name, this.#scheduler.now, begun);
    this.#scheduler.after(this.#scheduler.random.between(changeMs.min, changeMs.max), () => {
      const present = this.plane.find(name);
      if (present?.table.id !== id) return;
      const { now } = this.#scheduler;
      if (ended === undefined) this.plane.set(name, now, ended);
      else this.plane.set(name, now, { ...present, status: ended.status });
      this.#scheduler.record(`table ${name} (${id}) is ${ended?.status ?? 'gone'}`);
    });
  }
}

function notFound(name: string): never {
  throw new ServiceError(
    'ResourceNotFoundException',
    `Requested resource not found: Table: ${name} not found`,
  );
}

function denied(name: string): ServiceError {
  return new ServiceError('AccessDeniedException', `not authorized to perform this on ${name}`);
}

function inUse(message: string): ServiceError {
  return new ServiceError('ResourceInUseException', message);
}
