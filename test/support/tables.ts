import {
  type AttributeValue,
  CreateTableCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';
import { anyCodePoint } from './item/arbitrary.ts';

export type SdkItem = Record<string, AttributeValue>;
export type KeyType = 'S' | 'N' | 'B';

/** The types of a test table's key attributes. */
export interface Shape {
  readonly hash: KeyType;
  readonly range: KeyType | undefined;
}

export const shapes: fc.Arbitrary<Shape> = fc.record({
  hash: fc.constantFrom<KeyType>('S', 'N', 'B'),
  range: fc.constantFrom<KeyType | undefined>(undefined, 'S', 'N', 'B'),
});

export async function createTable(dynamodb: DynamoDBClient, name: string, shape: Shape): Promise<void> {
  const keys: ['pk' | 'sk', 'HASH' | 'RANGE', KeyType][] = [['pk', 'HASH', shape.hash]];
  if (shape.range !== undefined) keys.push(['sk', 'RANGE', shape.range]);
  await dynamodb.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keys.map(([AttributeName, KeyType]) => ({ AttributeName, KeyType })),
      AttributeDefinitions: keys.map(([AttributeName, , AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
}

/** Returns the nth key of a table, different for each n. Its values contain characters that JSON must escape. */
export function nthKey(shape: Shape, n: number): SdkItem {
  const value = (type: KeyType, i: number): AttributeValue => {
    if (type === 'N') return { N: String(i - 3) };
    if (type === 'B') return { B: Buffer.from([i & 255, 0, 34, 92]) };
    return { S: `k"${i}\\ä` };
  };
  if (shape.range === undefined) return { pk: value(shape.hash, n) };
  return { pk: value(shape.hash, n % 3), sk: value(shape.range, Math.floor(n / 3)) };
}

// Numbers are spelled as DynamoDB returns them, so that items can be compared without conversion.
const number = fc.oneof(
  fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }).map(String),
  fc
    .tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: 1, max: 9 }))
    .map(([a, b]) => `${a}.${b}`)
    .filter((text) => !text.startsWith('-0.')),
);
// U+2028 ends a line for some readers, but JSON does not escape it.
const text = fc.oneof(fc.string(), fc.string({ unit: anyCodePoint }), fc.constant('a\u2028b'));
const bytes = fc.uint8Array({ maxLength: 20 });
const set = <T>(member: fc.Arbitrary<T>, key: (member: T) => string) =>
  fc.uniqueArray(member, { minLength: 1, maxLength: 4, selector: key });

// V8 can misread names that need an escape in JSON (lambda/item/parse-json.ts), in the SDK's own parsing too.
const plainNames = fc
  .string({ minLength: 1, maxLength: 12 })
  .filter((name) => JSON.stringify(name) === `"${name}"` && name !== '__proto__');

const { value: attributeValue } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    text.map((S) => ({ S })),
    number.map((N) => ({ N })),
    bytes.map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true as const }),
    set(fc.string({ minLength: 1 }), (member) => member).map((SS) => ({ SS })),
    set(number, (member) => member).map((NS) => ({ NS })),
    set(fc.uint8Array({ minLength: 1, maxLength: 8 }), (member) => Buffer.from(member).toString('hex')).map(
      (BS) => ({ BS }),
    ),
    fc.array(tie('value'), { maxLength: 3 }).map((L) => ({ L })),
    fc.dictionary(plainNames, tie('value'), { maxKeys: 3, noNullPrototype: true }).map((M) => ({ M })),
  ),
}));

const names = plainNames.filter((name) => !['pk', 'sk'].includes(name));

/** Returns the attributes of an item in addition to its key: from none to nearly 400 KB. */
export const attributes: fc.Arbitrary<SdkItem> = fc.oneof(
  { weight: 60, arbitrary: fc.dictionary(names, attributeValue, { maxKeys: 5, noNullPrototype: true }) },
  { weight: 1, arbitrary: fc.constant({ large: { S: 'x'.repeat(409_000) } }) },
);

export function putItem(dynamodb: DynamoDBClient, table: string, item: SdkItem) {
  return dynamodb.send(new PutItemCommand({ TableName: table, Item: item }));
}

export function deleteItem(dynamodb: DynamoDBClient, table: string, key: SdkItem) {
  return dynamodb.send(new DeleteItemCommand({ TableName: table, Key: key }));
}

/** Reads a table's content: the normal form of each item by that of its key. */
export async function readTableContent(
  dynamodb: DynamoDBClient,
  table: string,
): Promise<Map<string, string>> {
  const content = new Map<string, string>();
  const pages = paginateScan(
    { client: dynamodb, pageSize: 1000 },
    { TableName: table, ConsistentRead: true },
  );
  for await (const { Items = [] } of pages) for (const item of Items) content.set(keyOf(item), normal(item));
  return content;
}

export function keyOf({ pk, sk }: SdkItem): string {
  return JSON.stringify(sortDeep({ pk, sk }));
}

/** Returns a normal form that uses none of the code under test: members and sets sorted, bytes in hex. */
export function normal(item: SdkItem): string {
  return JSON.stringify(sortDeep(item));
}

function sortDeep(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(sortDeep);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(
      ([name, member]) =>
        [
          name,
          isSet(name, value)
            ? (sortDeep(member) as string[]).toSorted((a, b) => (a < b ? -1 : 1))
            : sortDeep(member),
        ] as const,
    );
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** True if the member is a set's list: the sole member of an attribute value named SS, NS or BS. */
function isSet(name: string, value: object): boolean {
  return (
    Object.keys(value).length === 1 &&
    ['SS', 'NS', 'BS'].includes(name) &&
    Array.isArray(Object.values(value)[0])
  );
}
