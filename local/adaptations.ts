import { parseBody } from '../lambda/dialects/dynamodb/json.ts';
import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { catalogTable } from './catalog-table.ts';
import type { OwnStreams } from './own-streams/own-streams.ts';

/** The changes of a call on its way to the database and back. A body that is not a JSON object passes unchanged. */
export interface Adaptation {
  readonly request?: (body: Buffer) => Buffer;
  /** `call`: the body of the request before its change. */
  readonly answer?: (body: Buffer, call: Buffer) => Promise<Buffer>;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * The adaptations by target. All other calls pass byte for byte. `ownStreams`: the streams that no answer may show; without
 * it, all are shown.
 */
export function createAdaptations(ownStreams: OwnStreams | undefined): ReadonlyMap<string, Adaptation> {
  const listTables: Adaptation = { answer: (body) => changeBody(body, hideCatalog) };
  const createTable: Adaptation = { request: (body) => changeMembers(body, addStream) };
  if (ownStreams === undefined) return toTargets({ ListTables: listTables, CreateTable: createTable });
  const hide = (answer: Members) => changeDescription(answer, (table) => ownStreams.hide(table));
  return toTargets({
    ListTables: listTables,
    CreateTable: {
      ...createTable,
      answer: (body, call) =>
        changeBody(body, async (answer) => {
          const table = descriptionOf(answer);
          const isOwn = parse(call)?.['StreamSpecification'] === undefined;
          if (isOwn && table !== undefined) await ownStreams.add(table);
          return hide(answer);
        }),
    },
    UpdateTable: { answer: (body) => changeBody(body, hide) },
    DeleteTable: {
      answer: (body) =>
        changeBody(body, async (answer) => {
          const hidden = hide(answer);
          const table = descriptionOf(answer);
          if (table !== undefined) await ownStreams.forget(String(table.TableName));
          return hidden;
        }),
    },
    ListStreams: { answer: (body) => changeBody(body, (page) => hideStreams(page, ownStreams)) },
  });
}

function toTargets(byOperation: Readonly<Record<string, Adaptation>>): ReadonlyMap<string, Adaptation> {
  const service = (operation: string) => (operation === 'ListStreams' ? 'DynamoDBStreams' : 'DynamoDB');
  return new Map(
    Object.entries(byOperation).map(([operation, adaptation]) => [
      `${service(operation)}_20120810.${operation}`,
      adaptation,
    ]),
  );
}

/** Gives a new table a stream, which its backups need, unless the request itself configures the stream. */
function addStream(table: Members): Members {
  const stream = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' };
  return { ...table, StreamSpecification: table['StreamSpecification'] ?? stream };
}

/** Removes the catalog from a page of tables. A page may have fewer tables than requested. */
function hideCatalog(page: Members): Members {
  const { TableNames: names } = page;
  return Array.isArray(names) ? { ...page, TableNames: names.filter((name) => name !== catalogTable) } : page;
}

/** Removes the runtime's own streams from a page of streams. A page may have fewer streams than requested. */
async function hideStreams(page: Members, ownStreams: OwnStreams): Promise<Members> {
  const { Streams: streams } = page;
  if (!Array.isArray(streams)) return page;
  const own = await Promise.all(
    streams.map(({ TableName }: { TableName?: unknown }) => ownStreams.has(String(TableName))),
  );
  return { ...page, Streams: streams.filter((_, i) => own[i] !== true) };
}

/** The table that an answer describes; undefined for the answer to a call that was refused. */
function descriptionOf({ TableDescription: table }: Members): TableDescription | undefined {
  return typeof table === 'object' && table !== null ? table : undefined;
}

function changeDescription(answer: Members, change: (table: TableDescription) => TableDescription): Members {
  const table = descriptionOf(answer);
  return table === undefined ? answer : { ...answer, TableDescription: change(table) };
}

async function changeBody(
  body: Buffer,
  change: (members: Members) => Members | Promise<Members>,
): Promise<Buffer> {
  const members = parse(body);
  return members === undefined ? body : Buffer.from(JSON.stringify(await change(members)));
}

function changeMembers(body: Buffer, change: (members: Members) => Members): Buffer {
  const members = parse(body);
  return members === undefined ? body : Buffer.from(JSON.stringify(change(members)));
}

function parse(body: Buffer): Members | undefined {
  try {
    // If a body is too deep to be written again, the database refuses it.
    const parsed = parseBody(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? { ...parsed }
      : undefined;
  } catch {
    return undefined;
  }
}
