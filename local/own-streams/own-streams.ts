import {
  type DynamoDBClient,
  type TableDescription,
  UpdateTableCommand,
  type UpdateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { type MarkedTable, ownStream } from '../../lambda/tables/own-stream.ts';
import { findTable } from '../../lambda/tables/table.ts';
import { createEntriesWriter, readEntries } from '../json-file.ts';

/** A table whose stream its owner did not request, or has disabled. */
interface OwnStream {
  readonly tableId: string;
  /** False while the owner's stream is the latest one, enabled or disabled. */
  readonly isOwn: boolean;
  /** The stream that the owner had before, and disabled: DynamoDB would still report it as the latest one. */
  readonly before?: Before;
}

type Before = Pick<TableDescription, 'LatestStreamArn' | 'LatestStreamLabel'>;

/**
 * The streams that the runtime keeps on tables for itself, because backups need them. DynamoDB would not show them, and
 * tools that compare a table with its definition, such as Terraform, must not see them. So every description leaves them
 * out (`hide`), until the owner enables a stream. A file stores them by the table's name; another table of that name has
 * another TableId.
 */
export class OwnStreams {
  readonly #database: DynamoDBClient;
  readonly #streams: Map<string, OwnStream>;
  readonly #write: () => Promise<void>;

  private constructor(database: DynamoDBClient, file: string, streams: Map<string, OwnStream>) {
    this.#database = database;
    this.#streams = streams;
    this.#write = createEntriesWriter(file, streams);
  }

  /** `database`: a client that shows these streams. */
  static async open(database: DynamoDBClient, file: string): Promise<OwnStreams> {
    return new OwnStreams(database, file, await readEntries<OwnStream>(file));
  }

  /** Describes a table as its owner sees it. Undefined if there is no table of this name. */
  async describe(name: string): Promise<MarkedTable | undefined> {
    const table = await findTable(this.#database, name);
    return table && this.hide(table);
  }

  /** True if the table of this name has such a stream. */
  async has(name: string): Promise<boolean> {
    return this.#streams.has(name) && (await this.describe(name))?.[ownStream] !== undefined;
  }

  /** Records that the table's stream is the runtime's. `seen`: the description that its owner has seen so far. */
  add(table: TableDescription, seen: Before = {}): Promise<void> {
    return this.#set(table, seen, true);
  }

  /** Records the owner's stream before the owner disables it, because the embedded database then forgets its name. */
  remember(seen: TableDescription): Promise<void> {
    return this.#set(seen, seen, false);
  }

  async #set(
    { TableName, TableId }: TableDescription,
    { LatestStreamArn, LatestStreamLabel }: Before,
    isOwn: boolean,
  ): Promise<void> {
    const before = LatestStreamArn === undefined ? {} : { before: { LatestStreamArn, LatestStreamLabel } };
    this.#streams.set(String(TableName), { tableId: String(TableId), isOwn, ...before });
    await this.#write();
  }

  /** Forgets the stream of a table, because the table or the stream was deleted. */
  async forget(name: string): Promise<void> {
    if (this.#streams.delete(name)) await this.#write();
  }

  /** Disables the runtime's stream of a table, if there is one, so that its owner can enable another one. */
  async giveUp(name: string): Promise<void> {
    if (await this.has(name)) {
      const StreamSpecification = { StreamEnabled: false };
      await this.#database.send(new UpdateTableCommand({ TableName: name, StreamSpecification }));
    }
    await this.forget(name);
  }

  /** Leaves the stream out of a table's description, and marks its ARN for Tidemark's own use. */
  hide(table: TableDescription): MarkedTable {
    const own = this.#streams.get(String(table.TableName));
    if (own === undefined || own.tableId !== table.TableId) return table;
    const { StreamSpecification, LatestStreamArn, LatestStreamLabel: _label, ...rest } = table;
    const isOn = StreamSpecification?.StreamEnabled === true && LatestStreamArn !== undefined;
    if (isOn && !own.isOwn) return table;
    return { ...rest, ...own.before, ...(isOn && { [ownStream]: LatestStreamArn }) };
  }

  /**
   * Hides the streams from the callers of a client. A stream that they enable becomes the runtime's own, unless `isOwners`,
   * called with the table's name, says that the owner has requested it.
   */
  hideFrom(client: DynamoDBClient, isOwners: (table: string) => Promise<boolean>): void {
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (call) => {
          const { TableName: name = '', StreamSpecification } = call.input as UpdateTableCommandInput;
          const enables = commandName === 'UpdateTableCommand' && StreamSpecification?.StreamEnabled === true;
          const seen = enables && !(await isOwners(name)) ? await this.describe(name) : undefined;
          const answer = await next(call);
          if (seen !== undefined) await this.add(seen, seen);
          if (commandName === 'DeleteTableCommand') await this.forget(name);
          const { Table, TableDescription } = answer.output as Described;
          const hidden = {
            ...(Table && { Table: this.hide(Table) }),
            ...(TableDescription && { TableDescription: this.hide(TableDescription) }),
          };
          return { ...answer, output: { ...answer.output, ...hidden } };
        },
      { step: 'initialize', name: 'hideOwnStreams' },
    );
  }
}

interface Described {
  readonly Table?: TableDescription;
  readonly TableDescription?: TableDescription;
}
