import type { StreamSpecification, Tag } from '@aws-sdk/client-dynamodb';
import { SimulatedTable, type StreamOptions } from '../../support/sources/simulated-stream.ts';

/** A table, known by its id: another table may have its name before and after it. */
export interface UserTable {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  /** All writes to the table, and its streams. */
  readonly model: SimulatedTable;
  readonly createdAt: number;
  /** The restore's id in the tag with which the table was created; undefined: its owner created it. */
  readonly madeBy: string | undefined;
}

/** The state that DescribeTable reports of a table. */
export interface TableState {
  readonly table: UserTable;
  readonly status: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING';
  readonly tags: readonly Tag[];
  /** Its global indexes, all of the same key and projection. */
  readonly indexes: readonly Index[];
}

export interface Index {
  readonly name: string;
  readonly status: 'CREATING' | 'ACTIVE';
}

/** The maximum age of what DescribeTable returns, which is eventually consistent. */
export const maxStaleMs = 3000;

export const account = 'arn:aws:dynamodb:us-east-1:111122223333:table/';

/** The name of the catalog's own table. */
export const catalogName = 'catalog';

/** The tables of all names, with their present and recent states. */
export class TablePlane {
  /** All tables that ever existed, by their ids. */
  readonly tables = new Map<string, UserTable>();
  readonly #states = new Map<string, { readonly at: number; readonly state: TableState | undefined }[]>();

  /** Returns the state of the table that had the name at a time; undefined if there was none. */
  find(name: string, at = Infinity): TableState | undefined {
    return this.#states.get(name)?.findLast((version) => version.at <= at)?.state;
  }

  create(
    name: string,
    now: number,
    options: StreamOptions,
    {
      hasStream,
      tags,
      madeBy,
      indexes = [],
    }: {
      hasStream: boolean;
      tags: readonly Tag[];
      madeBy: string | undefined;
      indexes?: readonly Index[];
    },
  ): TableState {
    const model = new SimulatedTable(options, name, { hasStream: false });
    model.now = now;
    if (hasStream) model.switchOn();
    const id = `table-${String(this.tables.size + 1).padStart(4, '0')}`;
    const table: UserTable = { id, name, arn: `${account}${name}`, model, createdAt: now, madeBy };
    this.tables.set(id, table);
    return this.set(name, now, { table, status: 'CREATING', tags, indexes });
  }

  /** Changes the state of the table with the name from now on. */
  set(name: string, now: number, state: TableState): TableState;
  set(name: string, now: number, state: undefined): undefined;
  set(name: string, now: number, state: TableState | undefined): TableState | undefined {
    const versions = this.#states.get(name) ?? [];
    this.#states.set(name, versions);
    versions.push({ at: now, state });
    return state;
  }
}

/** Describes a table as DescribeTable does. */
export function describe({ table, status, indexes, tags: _tags }: TableState): object {
  const { model, name, arn, id, createdAt } = table;
  const specification: StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' };
  return {
    TableName: name,
    TableArn: arn,
    TableId: id,
    TableStatus: status,
    CreationDateTime: new Date(createdAt),
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      ...(indexes.length > 0 ? [{ AttributeName: 'value', AttributeType: 'N' }] : []),
    ],
    GlobalSecondaryIndexes: indexes.map((index) => ({
      IndexName: index.name,
      IndexStatus: index.status,
      KeySchema: [{ AttributeName: 'value', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    })),
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    LatestStreamArn: model.streams.at(-1)?.arn,
    ...(model.stream && { StreamSpecification: specification }),
  };
}
