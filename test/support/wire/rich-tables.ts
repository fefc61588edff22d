import type { Json } from './http.ts';
import type { Wire } from './support.ts';

type KeyType = 'S' | 'N' | 'B';

const bytes = (...codes: number[]) => Buffer.from(codes).toString('base64');

/** Returns the nth key value of a type. The first ones are unusual values. */
function keyValue(type: KeyType, n: number): Json {
  if (type === 'N') {
    return { N: ['-99999999999999999999999999999999999999', '0', '1E-130', '9.9E+125'][n] ?? String(n) };
  }
  if (type === 'B') return { B: n === 0 ? bytes(0) : bytes(255, n, 0, 34, 92) };
  return { S: ['\u0000 "\\\n', '\u2028é😀', '__proto__'][n] ?? `key ${n}` };
}

/** Values of every type, with unusual ones of each. */
export const values: Json = {
  string: { S: 'é😀"\\\u0000\u001f\u2028\ud800\udc00' },
  emptyString: { S: '' },
  binary: { B: bytes(0, 255, 254, 10, 13) },
  emptyBinary: { B: '' },
  digits: { N: '12345678901234567890123456789012345678' },
  fraction: { N: '-0.12345678901234567890123456789012345678' },
  smallest: { N: '1E-130' },
  largest: { N: '-9.9999999999999999999999999999999999999E+125' },
  zero: { N: '-0.00' },
  padded: { N: '+0012.3400' },
  yes: { BOOL: true },
  no: { BOOL: false },
  nothing: { NULL: true },
  strings: { SS: ['b', 'a', '', 'é', '😀', '"'] },
  numbers: { NS: ['3', '-1', '12345678901234567890123456789012345678', '0.5'] },
  binaries: { BS: [bytes(255), bytes(0), bytes(1, 2, 3)] },
  emptyList: { L: [] },
  emptyMap: { M: {} },
  nested: {
    L: [{ M: { '': { S: 'no name' }, list: { L: [{ L: [{ NULL: true }, { SS: ['x'] }] }] } } }, { N: '1' }],
  },
  'odd name . # : é 😀': { M: { Item: { M: { S: { S: 'N' } } }, NewImage: { B: '' } } },
  'aws:rep:deleting': { BOOL: false },
};

/** Makes an item close to 400 KB for tables without a sort key, and small items for others, to keep the test fast. */
export const largeFor = (range: KeyType | undefined) => (letter: string) => ({
  large: { S: letter.repeat(range === undefined ? 409_000 : 5000) },
});

/** The key schemas of tables, of every kind. */
export const shapes: readonly (readonly [KeyType, KeyType?])[] = [['S'], ['N', 'B'], ['B', 'N']];

interface Rich {
  readonly table: string;
  readonly put: (n: number, more?: Json) => Promise<unknown>;
  readonly remove: (n: number) => Promise<unknown>;
}

/** Creates a table for items with values of all types, addressed by number. With a sort key, it has two partitions. */
export async function createRichTable(
  wire: Wire,
  name: string,
  hash: KeyType = 'S',
  range?: KeyType,
): Promise<Rich> {
  const keys = [['pk', 'HASH', hash] as const, ...(range ? [['sk', 'RANGE', range] as const] : [])];
  const table = await wire.createTable(name, {
    KeySchema: keys.map(([AttributeName, KeyType]) => ({ AttributeName, KeyType })),
    AttributeDefinitions: keys.map(([AttributeName, , AttributeType]) => ({ AttributeName, AttributeType })),
  });
  const key = (n: number): Json => ({
    pk: keyValue(hash, range ? n % 2 : n),
    ...(range && { sk: keyValue(range, Math.floor(n / 2)) }),
  });
  return {
    table,
    put: (n, more = values) =>
      wire.ok('PutItem', { TableName: table, Item: { ...more, n: { N: String(n) }, ...key(n) } }),
    remove: (n) => wire.ok('DeleteItem', { TableName: table, Key: key(n) }),
  };
}
