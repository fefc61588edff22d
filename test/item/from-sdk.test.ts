import { isDeepStrictEqual } from 'node:util';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, NumberValue, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Item } from '../../lambda/item/attribute-value.ts';
import { toCanonicalItem } from '../../lambda/item/canonical.ts';
import { createDynamodbClient } from '../../lambda/item/clients.ts';
import { fromSdk, toSdk } from '../../lambda/item/from-sdk.ts';
import { parseJson } from '../../lambda/item/parse-json.ts';
import { anyItem, writeItem } from '../support/item/arbitrary.ts';

const get = { TableName: 'Music', Key: { k: 'k' } };

/** Tidemark's client over a table of one item: it keeps the text that the client puts, and returns it to a get. */
class OneItemTable {
  item = '';
  readonly client = createDynamodbClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 1,
    requestHandler: {
      handle: async ({ body }: { readonly body: Uint8Array }) => {
        const { Item } = parseJson(new TextDecoder().decode(body)) as { readonly Item?: Item };
        if (Item !== undefined) this.item = JSON.stringify(Item);
        const answer = Item === undefined ? `{"Item":${this.item}}` : '{}';
        return { response: { statusCode: 200, headers: {}, body: Buffer.from(answer) } };
      },
    },
  });

  /** Reads the item through the client, as DynamoDB JSON. */
  async read(): Promise<Item> {
    const { Item } = await this.client.send(new GetItemCommand({ ...get, Key: { k: { S: 'k' } } }));
    return fromSdk(Item ?? {});
  }
}

const table = new OneItemTable();

/** The first digit and these make the longest number that DynamoDB has. */
const nines = '9'.repeat(37);

describe('an item that passes through the client', () => {
  const throughTheClient = anyItem.map(({ members }) => writeItem(members));

  it('is unchanged when toSdk writes it and fromSdk reads it', async () => {
    await fc.assert(
      fc.asyncProperty(throughTheClient, async (item) => {
        await table.client.send(new PutItemCommand({ TableName: 'Music', Item: toSdk(item) }));
        expect(isDeepStrictEqual(parseJson(table.item), item)).toBe(true);
        expect(isDeepStrictEqual(await table.read(), item)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('has the same JavaScript value after its canonical form was stored in its place', async () => {
    const documents = DynamoDBDocumentClient.from(table.client);
    await fc.assert(
      fc.asyncProperty(anyNative, async (v) => {
        await documents.send(new PutCommand({ TableName: 'Music', Item: { v, k: 'k' } }));
        table.item = toCanonicalItem(parseJson(table.item) as Item, ['k']);
        const { Item } = await documents.send(new GetCommand(get));
        expect(Item).toStrictEqual({ v, k: 'k' });
      }),
      { numRuns: 300 },
    );
  });

  it('has the same bytes even if they are a part of a larger buffer', () => {
    const part = Buffer.from('--AB--').subarray(2, 4);
    expect(fromSdk({ b: { B: part }, bs: { BS: [part] } })).toEqual({
      b: { B: 'QUI=' },
      bs: { BS: ['QUI='] },
    });
  });
});

/** The document client loses the value of an attribute named __proto__. */
const nativeName = fc.string().filter((name) => name !== '__proto__');

/** Any value that the document client can write and read: safe numbers in DynamoDB's range, bytes, non-empty sets. */
const anyNative = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.string(),
    anyNativeNumber(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 5 }),
    fc.uniqueArray(fc.string(), { minLength: 1 }).map((members) => new Set(members)),
    fc.uniqueArray(anyNativeNumber(), { minLength: 1 }).map((members) => new Set(members)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(nativeName, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

function anyNativeNumber(): fc.Arbitrary<number> {
  const double = fc.double({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, noNaN: true });
  return fc.oneof(fc.integer(), double).map((number) => (Math.abs(number) < 1e-130 ? 0 : number));
}

describe('the canonical form of a value that the document client wrote', () => {
  const documents = DynamoDBDocumentClient.from(table.client, {
    marshallOptions: { convertEmptyValues: false },
  });

  it.each<[string, unknown, string]>([
    ['text', 'a"é\u2028', '{"S":"a\\"é\u2028"}'],
    ['empty text', '', '{"S":""}'],
    ['bytes', Buffer.from([0xfb, 0xff]), '{"B":"+/8="}'],
    ['no bytes', Buffer.alloc(0), '{"B":""}'],
    ['true', true, '{"BOOL":true}'],
    ['null', null, '{"NULL":true}'],
    ['a list', [1.5, 'x', []], '{"L":[{"N":"1.5"},{"S":"x"},{"L":[]}]}'],
    [
      'a map',
      { b: 1, a: { '10': 2, '9': 3 } },
      '{"M":{"a":{"M":{"10":{"N":"2"},"9":{"N":"3"}}},"b":{"N":"1"}}}',
    ],
    ['a set of texts', new Set(['b', 'a', 'B']), '{"SS":["B","a","b"]}'],
    ['a set of numbers', new Set([10, 9, -1e-7]), '{"NS":["-0.0000001","10","9"]}'],
    ['a set of bytes', new Set([Buffer.from('b'), Buffer.from([0xff])]), '{"BS":["/w==","Yg=="]}'],
    ['the largest number', NumberValue.from(`9.${nines}E+125`), `{"N":"9${nines}${'0'.repeat(88)}"}`],
    ['the lowest number', NumberValue.from(`-9.${nines}E+125`), `{"N":"-9${nines}${'0'.repeat(88)}"}`],
    ['the smallest number', NumberValue.from('1E-130'), `{"N":"0.${'0'.repeat(129)}1"}`],
    ['the largest negative number', NumberValue.from('-1E-130'), `{"N":"-0.${'0'.repeat(129)}1"}`],
    ['38 digits', 12345678901234567890123456789012345678n, '{"N":"12345678901234567890123456789012345678"}'],
    ['38 digits after the point', NumberValue.from(`0.${'1'.repeat(38)}`), `{"N":"0.${'1'.repeat(38)}"}`],
    ['a number with trailing zeros', NumberValue.from('1.5000'), '{"N":"1.5"}'],
    ['a number with leading zeros', NumberValue.from('0001.5'), '{"N":"1.5"}'],
    ['negative zero', -0, '{"N":"0"}'],
    ['a small double', 1.25e-10, '{"N":"0.000000000125"}'],
  ])('matches docs/format.md for %s', async (_name, v, text) => {
    await documents.send(new PutCommand({ TableName: 'Music', Item: { v, k: 'k' } }));
    expect(toCanonicalItem(parseJson(table.item) as Item, ['k'])).toBe(`{"k":{"S":"k"},"v":${text}}`);
    const viaSdk = toCanonicalItem(await table.read(), ['k']);
    expect(viaSdk).toBe(`{"k":{"S":"k"},"v":${text}}`);
  });
});

describe('fromSdk never drops anything silently', () => {
  it('passes on a type that the client does not know, and the canonical form then refuses it', async () => {
    table.item = '{"k":{"S":"k"},"v":{"NEW":"x"}}';
    const item = await table.read();
    expect(() => toCanonicalItem(item, ['k'])).toThrow(
      expect.objectContaining({ code: 'RecordNotUnderstood' }),
    );
  });

  it('refuses an attribute without a value', async () => {
    table.item = '{"k":{"S":"k"},"v":null}';
    await expect(table.read()).rejects.toMatchObject({ code: 'RecordNotUnderstood' });
  });

  it('keeps attributes named __proto__', async () => {
    table.item = '{"k":{"S":"k"},"__proto__":{"S":"kept"},"v":{"M":{"__proto__":{"B":"QUI="}}}}';
    expect(toCanonicalItem(await table.read(), ['k'])).toBe(table.item);
  });
});
