import type { AttributeValue, CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { createRandom } from './random.ts';

export type SdkItem = Record<string, AttributeValue>;

/** The indexes of the table of orders, with the attributes that are their keys. */
export const byStatus = { name: 'by-status', partition: 'status', sort: 'placedAt' } as const;
export const byTotal = { name: 'by-total', partition: 'pk', sort: 'total' } as const;

/** Statuses of an order. A draft has no `placedAt` and no `total`, so it is in no index. */
export const statuses = ['DRAFT', 'PLACED', 'PAID', 'SHIPPED', 'RETURNED'] as const;

const ordersPerCustomer = 10;

/** Describes the table of customers' orders. It has a composite key, one global and one local index. */
export function describeOrdersTable(name: string): CreateTableCommandInput {
  const schema = (partition: string, sort: string) => [
    { AttributeName: partition, KeyType: 'HASH' as const },
    { AttributeName: sort, KeyType: 'RANGE' as const },
  ];
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: schema('pk', 'sk'),
    AttributeDefinitions: [
      ...['pk', 'sk', byStatus.partition, byStatus.sort].map((attribute) => ({
        AttributeName: attribute,
        AttributeType: 'S' as const,
      })),
      { AttributeName: byTotal.sort, AttributeType: 'N' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: byStatus.name,
        KeySchema: schema(byStatus.partition, byStatus.sort),
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: byTotal.name,
        KeySchema: schema(byTotal.partition, byTotal.sort),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  };
}

function customerOf(n: number): string {
  return `CUSTOMER#${String(Math.floor(n / ordersPerCustomer)).padStart(7, '0')}`;
}

/** The key of the nth order. */
export function createOrderKey(n: number): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: customerOf(n) }, sk: { S: `ORDER#${String(n).padStart(8, '0')}` } };
}

/**
 * Creates a version of the nth order: an item of about 1 KB with attributes of every type, the same for the same numbers. Its
 * numbers are written as DynamoDB returns them, so that items can be compared as they are read.
 */
export function createOrder(n: number, version: number): SdkItem {
  const next = createRandom(n * 7919 + version * 104_729);
  const whole = (below: number): number => Math.floor(next() * below);
  const one = <T>(list: readonly [T, ...T[]]): T => list[whole(list.length)] ?? list[0];
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => whole(256));
  const text = (words: number): string => Array.from({ length: words }, () => one(vocabulary)).join(' ');
  const status = one(statuses);
  const parcel = whole(1_000_000);
  return {
    ...createOrderKey(n),
    status: { S: status },
    ...(status !== 'DRAFT' && {
      placedAt: { S: new Date(Date.UTC(2025, 0, 1) + whole(365 * 86_400) * 1000).toISOString() },
      total: { N: String(whole(100_000) / 100) },
    }),
    version: { N: String(version) },
    discount: { N: String(-whole(5000) / 100) },
    // DynamoDB's limit of 38 digits.
    ledger: { N: `${1 + whole(9)}${String(whole(1e9)).padStart(37, '7')}` },
    paid: { BOOL: status !== 'DRAFT' && status !== 'PLACED' },
    coupon: next() < 0.5 ? { NULL: true } : { S: one(['', 'WELCOME', 'Grüße 🎁']) },
    signature: { B: bytes(64) },
    tags: { SS: vocabulary.slice(0, 1 + whole(5)) },
    parcels: { NS: Array.from({ length: 1 + whole(3) }, (_, i) => String(parcel + i)) },
    labels: { BS: Array.from({ length: 1 + whole(2) }, (_, i) => Uint8Array.of(i, ...bytes(15))) },
    address: {
      M: {
        street: { S: `${text(2)} ${1 + whole(200)}` },
        city: { S: one(['Zürich', 'Łódź', 'Lima', '東京']) },
        position: { L: [{ N: String(whole(18_000) / 100) }, { N: String(-whole(9000) / 100) }] },
        extras: { M: {} },
      },
    },
    lines: {
      L: Array.from({ length: 1 + whole(3) }, () => ({
        M: { article: { S: text(3) }, count: { N: String(1 + whole(9)) }, gift: { BOOL: next() < 0.2 } },
      })),
    },
    history: { L: [] },
    note: { S: text(85) },
  };
}

const vocabulary = [
  ...(['please', 'leave', 'parcel', 'behind', 'garden', 'window', 'before', 'evening', 'ring'] as const),
  ...(['twice', 'blue', 'ceramic', 'teapot', 'spare', 'handle', 'walnut', 'lamp', 'quiet'] as const),
  ...(['neighbour', 'third', 'floor', 'fragile', 'wool', 'blanket', 'return', 'size', 'after'] as const),
] as const;
