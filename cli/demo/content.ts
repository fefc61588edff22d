import { hash } from 'node:crypto';
import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { byStatus, byTotal, type SdkItem } from './orders.ts';

/** What a table of orders holds, as a scan gives it. */
export interface Content {
  /** Items' fingerprints by their keys. */
  readonly items: ReadonlyMap<string, string>;
  /** How many items each index must have under a partition key. */
  readonly byStatus: ReadonlyMap<string, number>;
  readonly byTotal: ReadonlyMap<string, number>;
}

/** Reads the whole table; `read` is told how many items it has read. */
export async function contentOf(
  dynamodb: DynamoDBClient,
  table: string,
  read: (items: number) => void,
): Promise<Content> {
  const items = new Map<string, string>();
  const counts = { byStatus: new Map<string, number>(), byTotal: new Map<string, number>() };
  let next: SdkItem | undefined;
  do {
    const page = await dynamodb.send(
      new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        Limit: 1000,
        ...(next && { ExclusiveStartKey: next }),
      }),
    );
    for (const item of page.Items ?? []) {
      items.set(keyOf(item), fingerprint(item));
      count(counts.byStatus, item, byStatus);
      count(counts.byTotal, item, byTotal);
    }
    read(items.size);
    next = page.LastEvaluatedKey;
  } while (next !== undefined);
  return { items, ...counts };
}

/** An item without both keys of an index is not in it. */
function count(
  counts: Map<string, number>,
  item: SdkItem,
  { partition, sort }: { readonly partition: string; readonly sort: string },
): void {
  const value = item[partition]?.S;
  if (value !== undefined && item[sort] !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
}

/** An order's key as one text. */
export function keyOf({ pk, sk }: SdkItem): string {
  return `${pk?.S} ${sk?.S}`;
}

/** The same for equal items, another for any other: the SHA-256 of a normal form. */
export function fingerprint(item: SdkItem): string {
  return hash('sha256', normalMap(item), 'base64');
}

function normalMap(map: SdkItem): string {
  const members = Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${normal(value)}`).join()}}`;
}

/** Owes nothing to the code that makes the backups. Throws a `TypeError` for a value of no known type. */
function normal(value: AttributeValue): string {
  if (value.S !== undefined) return `S${JSON.stringify(value.S)}`;
  if (value.N !== undefined) return `N${value.N}`;
  if (value.B !== undefined) return `B${hex(value.B)}`;
  if (value.BOOL !== undefined) return `BOOL${value.BOOL}`;
  if (value.NULL !== undefined) return `NULL${value.NULL}`;
  if (value.SS !== undefined) return `SS${JSON.stringify(value.SS.toSorted())}`;
  if (value.NS !== undefined) return `NS${JSON.stringify(value.NS.toSorted())}`;
  if (value.BS !== undefined) return `BS${JSON.stringify(value.BS.map(hex).toSorted())}`;
  if (value.L !== undefined) return `L[${value.L.map(normal).join()}]`;
  if (value.M !== undefined) return `M${normalMap(value.M)}`;
  throw new TypeError('an attribute has a value of no known type');
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
