import { isDeepStrictEqual } from 'node:util';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Item } from '../../lambda/item/attribute-value.ts';
import { canonicalItem } from '../../lambda/item/canonical.ts';
import { fromSdk, toSdk } from '../../lambda/item/from-sdk.ts';
import { anyItem, plainItem } from './arbitrary.ts';

const get = { TableName: 'Music', Key: { k: 'k' } };

/** AWS's own client before a table of one item: what it puts is kept, and given back, as the wire's text. */
class OneItemTable {
  item = '';
  readonly client = new DynamoDBClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 1,
    requestHandler: {
      handle: async ({ body }: { readonly body: Uint8Array }) => {
        const { Item } = JSON.parse(new TextDecoder().decode(body)) as { readonly Item?: Item };
        if (Item !== undefined) this.item = JSON.stringify(Item);
        const answer = Item === undefined ? `{"Item":${this.item}}` : '{}';
        return { response: { statusCode: 200, headers: {}, body: Buffer.from(answer) } };
      },
    },
  });

  /** What the client reads, in DynamoDB's JSON. */
  async read(): Promise<Item> {
    const { Item } = await this.client.send(new GetItemCommand({ ...get, Key: { k: { S: 'k' } } }));
    return fromSdk(Item ?? {});
  }
}

const table = new OneItemTable();

describe('an item is the same on both sides of AWS’s client', () => {
  const throughTheClient = anyItem
    .map(({ members }) => plainItem(members))
    // What the client does with this name is a rule of its own, below.
    .filter((item) => !Object.hasOwn(item, '__proto__'));

  it('put by toSdk, got by fromSdk', async () => {
    await fc.assert(
      fc.asyncProperty(throughTheClient, async (item) => {
        await table.client.send(new PutItemCommand({ TableName: 'Music', Item: toSdk(item) }));
        expect(isDeepStrictEqual(JSON.parse(table.item), item)).toBe(true);
        expect(isDeepStrictEqual(await table.read(), item)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('and as a JavaScript value, with its canonical form in between', async () => {
    const documents = DynamoDBDocumentClient.from(table.client);
    await fc.assert(
      fc.asyncProperty(anyNative, async (v) => {
        await documents.send(new PutCommand({ TableName: 'Music', Item: { v, k: 'k' } }));
        table.item = canonicalItem(JSON.parse(table.item) as Item, ['k']);
        const { Item } = await documents.send(new GetCommand(get));
        expect(Item).toStrictEqual({ v, k: 'k' });
      }),
      { numRuns: 300 },
    );
  });

  it('with bytes that are a part of a larger buffer', () => {
    const part = Buffer.from('--AB--').subarray(2, 4);
    expect(fromSdk({ b: { B: part }, bs: { BS: [part] } })).toEqual({
      b: { B: 'QUI=' },
      bs: { BS: ['QUI='] },
    });
  });
});

const nativeName = fc.string().filter((name) => name !== '__proto__' && !name.includes('\\'));

/** What the document client takes and gives: safe numbers in DynamoDB's range, bytes, sets that are not empty. */
const anyNative = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.string(),
    nativeNumber(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 5 }),
    fc.uniqueArray(fc.string(), { minLength: 1 }).map((members) => new Set(members)),
    fc.uniqueArray(nativeNumber(), { minLength: 1 }).map((members) => new Set(members)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(nativeName, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

function nativeNumber(): fc.Arbitrary<number> {
  const double = fc.double({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, noNaN: true });
  return fc.oneof(fc.integer(), double).map((number) => (Math.abs(number) < 1e-130 ? 0 : number));
}

describe('nothing is dropped in silence', () => {
  it('a type that the client does not know arrives as it is, and is refused', async () => {
    table.item = '{"k":{"S":"k"},"v":{"NEW":"x"}}';
    const item = await table.read();
    expect(() => canonicalItem(item, ['k'])).toThrow(
      expect.objectContaining({ code: 'RecordNotUnderstood' }),
    );
  });

  it('an attribute whose value the client loses is refused', async () => {
    table.item = '{"k":{"S":"k"},"__proto__":{"S":"lost"}}';
    await expect(table.read()).rejects.toMatchObject({ code: 'RecordNotUnderstood' });
  });

  it('within a map the name __proto__ is one like others', async () => {
    table.item = '{"k":{"S":"k"},"v":{"M":{"__proto__":{"B":"QUI="}}}}';
    expect(canonicalItem(await table.read(), ['k'])).toBe(table.item);
  });
});
