import { hash } from 'node:crypto';
import { type AttributeValue, type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { byStatus, byTotal, type SdkItem } from './orders.ts';

/** The content of a table of orders, as a scan reads it. */
export interface Content {
  /** Fingerprints of the items, by their keys. */
  readonly items: ReadonlyMap<string, string>;
  /** How many items each index must have for each of its partition keys. */
  readonly byStatus: ReadonlyMap<string, number>;
  readonly byTotal: ReadonlyMap<string, number>;
}

/** Reads the whole table. Calls `onProgress` with the number of items read so far. */
export async function readContent(
  dynamodb: DynamoDBClient,
  table: string,
  onProgress: (items: number) => void,
): Promise<Content> {
  const items = new Map<string, string>();
  const counts = { byStatus: new Map<string, number>(), byTotal: new Map<string, number>() };
  const pages = paginateScan(
    { client: dynamodb, pageSize: 1000 },
    { TableName: table, ConsistentRead: true },
  );
  for await (const page of pages) {
    for (const item of page.Items ?? []) {
      items.set(keyOf(item), computeFingerprint(item));
      countItem(counts.byStatus, item, byStatus);
      countItem(counts.byTotal, item, byTotal);
    }
    onProgress(items.size);
  }
  return { items, ...counts };
}

/** Counts the item under its partition key of an index. An item that lacks a key of the index is not in the index. */
function countItem(
  counts: Map<string, number>,
  item: SdkItem,
  { partition, sort }: { readonly partition: string; readonly sort: string },
): void {
  const value = item[partition]?.S;
  if (value !== undefined && item[sort] !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
}

/** The key of an order as text. */
export function keyOf({ pk, sk }: SdkItem): string {
  return `${pk?.S} ${sk?.S}`;
}

/** Computes the SHA-256 of an item's normal form: equal for equal items, different for different ones. */
export function computeFingerprint(item: SdkItem): string {
  return hash('sha256', mapToNormalForm(item), 'base64');
}

function mapToNormalForm(map: SdkItem): string {
  const members = Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${toNormalForm(value)}`).join()}}`;
}

/**
 * Writes a value in its normal form, without the code that makes backups, whose faults it must not share. Throws `TypeError`
 * for a value of no known type.
 */
function toNormalForm(value: AttributeValue): string {
  if (value.S !== undefined) return `S${JSON.stringify(value.S)}`;
  if (value.N !== undefined) return `N${value.N}`;
  if (value.B !== undefined) return `B${toHex(value.B)}`;
  if (value.BOOL !== undefined) return `BOOL${value.BOOL}`;
  if (value.NULL !== undefined) return `NULL${value.NULL}`;
  if (value.SS !== undefined) return `SS${JSON.stringify(value.SS.toSorted())}`;
  if (value.NS !== undefined) return `NS${JSON.stringify(value.NS.toSorted())}`;
  if (value.BS !== undefined) return `BS${JSON.stringify(value.BS.map(toHex).toSorted())}`;
  if (value.L !== undefined) return `L[${value.L.map(toNormalForm).join()}]`;
  if (value.M !== undefined) return `M${mapToNormalForm(value.M)}`;
  throw new TypeError('an attribute has a value of no known type');
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
