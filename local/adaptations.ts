import { catalogTable } from './catalog-table.ts';

/** How a call is changed on its way to the database and back. A body that is not a JSON object passes unchanged. */
export interface Adaptation {
  readonly request?: (body: Buffer) => Buffer;
  readonly answer?: (body: Buffer) => Buffer;
}

type Members = Readonly<Record<string, unknown>>;

/** The adaptations by target. All other calls pass byte for byte. */
export const adaptations: ReadonlyMap<string, Adaptation> = new Map<string, Adaptation>([
  ['DynamoDB_20120810.CreateTable', { request: (body) => changeBody(body, addStream) }],
  ['DynamoDB_20120810.ListTables', { answer: (body) => changeBody(body, hideCatalog) }],
]);

/** Gives a new table a stream, which its backups need, unless the request says something about streams. */
function addStream(table: Members): Members {
  const stream = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' };
  return { ...table, StreamSpecification: table['StreamSpecification'] ?? stream };
}

/** Removes the catalog from a page of tables. A page may have fewer tables than requested. */
function hideCatalog(page: Members): Members {
  const { TableNames: names } = page;
  return Array.isArray(names) ? { ...page, TableNames: names.filter((name) => name !== catalogTable) } : page;
}

function changeBody(body: Buffer, change: (members: Members) => Members): Buffer {
  const members = parse(body);
  return members === undefined ? body : Buffer.from(JSON.stringify(change(members)));
}

function parse(body: Buffer): Members | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? { ...parsed }
      : undefined;
  } catch {
    return undefined;
  }
}
