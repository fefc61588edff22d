import {
  DescribeStreamCommand,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type GetShardIteratorCommandOutput,
} from '@aws-sdk/client-dynamodb-streams';
import type { UserTables } from './user-tables.ts';
import type { UserTable } from './table-plane.ts';

/** Answers a command about the streams of all tables. An iterator names its table, because iterators of two tables may be equal. */
export function answerStreams(tables: UserTables, command: object): object {
  if (command instanceof DescribeStreamCommand)
    return find(tables, command.input.StreamArn).model.answer(command);
  if (command instanceof GetShardIteratorCommand) {
    const table = find(tables, command.input.StreamArn);
    const { ShardIterator: iterator } = table.model.answer(command) as GetShardIteratorCommandOutput;
    return { ShardIterator: `${table.id}:${iterator}` };
  }
  if (!(command instanceof GetRecordsCommand)) throw new Error('no such command');
  const [, id = '', iterator] = /^([^:]*):(.*)$/s.exec(String(command.input.ShardIterator)) ?? [];
  const table = tables.plane.tables.get(id);
  if (table === undefined) throw new Error('no such iterator');
  tables.synchronize(table);
  const page = table.model.answer(new GetRecordsCommand({ ...command.input, ShardIterator: iterator }));
  const { NextShardIterator: next } = page as GetRecordsCommandOutput;
  return { ...page, ...(next !== undefined && { NextShardIterator: `${id}:${next}` }) };
}

function find(tables: UserTables, arn: string | undefined): UserTable {
  const all = [...tables.plane.tables.values()];
  const table = all.find(({ model }) => model.streams.some((stream) => stream.arn === arn));
  if (table === undefined) throw new Error(`no stream ${arn}`);
  tables.synchronize(table);
  return table;
}
