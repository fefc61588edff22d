import { catalogTable } from './catalog-table.ts';

/** What is changed of a call on its way to the database and back. A body that is not understood stays as it is. */
export interface Adaptation {
  readonly request?: (body: Buffer) => Buffer;
  readonly answer?: (body: Buffer) => Buffer;
}

type Members = Readonly<Record<string, unknown>>;

/** By target; all other calls pass byte for byte. */
export const adaptations: ReadonlyMap<string, Adaptation> = new Map<string, Adaptation>([
  ['DynamoDB_20120810.CreateTable', { request: (body) => changed(body, withStream) }],
  ['DynamoDB_20120810.ListTables', { answer: (body) => changed(body, withoutCatalog) }],
]);

/** A backup needs the table's stream; who says nothing of one gets it with the table. */
function withStream(table: Members): Members {
  const stream = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' };
  return { ...table, StreamSpecification: table['StreamSpecification'] ?? stream };
}

/** A page may so have one table less than asked for, as any page may. */
function withoutCatalog(page: Members): Members {
  const { TableNames: names } = page;
  return Array.isArray(names) ? { ...page, TableNames: names.filter((name) => name !== catalogTable) } : page;
}

function changed(body: Buffer, change: (members: Members) => Members): Buffer {
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
