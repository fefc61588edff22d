import type { MadeSink } from '../model/data-sinks.ts';
import type { CatalogTable } from './catalog-table.ts';
import { isOptional, isText, isTrue } from './checks.ts';
import { createDecoder } from './decode.ts';
import { keys } from './schema.ts';

const decodeSink = createDecoder<MadeSink>('data sink', {
  name: isText,
  parent: isText,
  prefix: isText,
  requestedBy: isOptional(isText),
  dropped: isOptional(isTrue),
});

/**
 * The records of the data sinks that requests have made. A record stays when its sink is dropped, so that a name never means
 * another place.
 */
export class SinkRecords {
  readonly #rows: CatalogTable;

  constructor(rows: CatalogTable) {
    this.#rows = rows;
  }

  /** Finds a sink, even if it was dropped. */
  async get(name: string): Promise<MadeSink | undefined> {
    const row = await this.#rows.get(keys.sink(name));
    return row && decodeSink(row);
  }

  /** Lists all sinks that requests have made, in order of name, including dropped ones. */
  async list(): Promise<MadeSink[]> {
    const { pk } = keys.sink('');
    return (await this.#rows.queryRange({ pk, from: 'SINK#', to: 'SINK#~' }, Infinity)).map(decodeSink);
  }

  /** Records a sink, or makes a dropped sink of the same place usable again. Returns false if the name is taken. */
  async create(sink: MadeSink): Promise<boolean> {
    const refused = await this.#rows.transact([
      {
        Put: {
          Item: { ...keys.sink(sink.name), ...sink },
          ConditionExpression:
            'attribute_not_exists(pk) OR (dropped = :true AND parent = :parent AND prefix = :prefix)',
          ExpressionAttributeValues: { ':true': true, ':parent': sink.parent, ':prefix': sink.prefix },
        },
      },
    ]);
    return refused === undefined;
  }

  /** Records that a sink was dropped. Does nothing if it does not exist. */
  async drop(name: string): Promise<void> {
    await this.#rows.transact([
      {
        Update: {
          Key: { ...keys.sink(name) },
          UpdateExpression: 'SET dropped = :true',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeValues: { ':true': true },
        },
      },
    ]);
  }
}
