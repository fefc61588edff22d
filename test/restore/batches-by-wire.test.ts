import { expect, it } from 'vitest';
import type { AttributeValue, Item } from '../../lambda/item/attribute-value.ts';
import { toCanonicalItem } from '../../lambda/item/canonical.ts';
import { toSdk } from '../../lambda/item/from-sdk.ts';
import { measureItem } from '../../lambda/item/size.ts';
import { Budget } from '../../lambda/jobs/budget.ts';
import { writeItems } from '../../lambda/restore/write-items.ts';
import { systemClock } from '../../lambda/runtime/clock.ts';
import { putItems } from '../../local/dynamodb/exports/put-items.ts';
import { startAnsweringServer } from '../support/answering-server.ts';

/** The limits of a request that DynamoDB accepts. */
const maxRequestBytes = 16_000_000;
/** DynamoDB's limit of one item. */
const maxItemBytes = 400 * 1024;

/** Values that DynamoDB stores and whose JSON is many times as large. */
const expanding: Readonly<Record<string, AttributeValue>> = {
  booleans: { L: Array.from({ length: 200_000 }, () => ({ BOOL: true })) },
  'empty texts': { L: Array.from({ length: 400_000 }, () => ({ S: '' })) },
};

/** Makes more items than one request can hold. */
function makeItems(value: AttributeValue): Item[] {
  expect(measureItem({ pk: { S: 'k0' }, value })).toBeLessThan(maxItemBytes);
  const count = Math.ceil(maxRequestBytes / JSON.stringify(value).length);
  return Array.from({ length: count }, (_, n) => ({ pk: { S: `k${n}` }, value }));
}

const writers = {
  async 'a restore'(items: readonly Item[], dynamodb: Parameters<typeof putItems>[0]) {
    async function* read() {
      yield items.map((item, n) => ({
        hash: BigInt(n),
        key: Buffer.from(`k${n}`),
        image: Buffer.from(toCanonicalItem(item, ['pk'])),
      }));
    }
    const results = writeItems({
      dynamodb,
      table: 'restored',
      keyNames: ['pk'],
      clock: systemClock,
      budget: new Budget(systemClock, 60_000),
      check: () => Promise.resolve(),
      items: read(),
      ahead: [],
    });
    let written = 0;
    for await (const result of results) written += result.items;
    return written;
  },
  'an import on one machine': (items: readonly Item[], dynamodb: Parameters<typeof putItems>[0]) =>
    putItems(dynamodb, 'restored', items.map(toSdk)),
} as const;

it.each(Object.keys(expanding).flatMap((what) => Object.keys(writers).map((who) => [who, what] as const)))(
  '%s sends items full of %s in requests that DynamoDB accepts',
  async (who, what) => {
    const { dynamodb, received } = await startAnsweringServer(() => ({
      status: 200,
      body: '{"UnprocessedItems":{}}',
    }));
    const value = expanding[what];
    if (value === undefined) throw new Error('no such value');
    const items = makeItems(value);
    expect(await writers[who as keyof typeof writers](items, dynamodb)).toBe(items.length);
    expect(received.length).toBeGreaterThan(1);
    expect(Math.max(...received.map(({ bytes }) => bytes))).toBeLessThan(maxRequestBytes);
    const sent = received.flatMap(({ body }) => [...body.matchAll(/"pk":\{"S":"k(\d)"\}/g)]);
    expect(sent.map(([, n]) => Number(n)).toSorted((a, b) => a - b)).toEqual(items.map((_, n) => n));
  },
);

it('an empty answer to a batch does not count as success', async () => {
  let isFirst = true;
  const { dynamodb, received } = await startAnsweringServer(() => {
    const body = isFirst ? '' : '{"UnprocessedItems":{}}';
    isFirst = false;
    return { status: 200, body };
  });
  expect(await writers['a restore']([{ pk: { S: 'k0' } }], dynamodb)).toBe(1);
  expect(received).toHaveLength(2);
});
