import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../cli/demo/content.ts';
import { order, type SdkItem } from '../../../cli/demo/orders.ts';

const item: SdkItem = {
  text: { S: 'a' },
  number: { N: '1' },
  bytes: { B: Uint8Array.of(1, 2) },
  yes: { BOOL: true },
  nothing: { NULL: true },
  texts: { SS: ['a', 'b'] },
  numbers: { NS: ['1', '2'] },
  byteses: { BS: [Uint8Array.of(1), Uint8Array.of(2)] },
  list: { L: [{ S: 'a' }, { N: '1' }] },
  map: { M: { a: { S: 'a' }, b: { N: '1' } } },
};

describe('the fingerprint of an item', () => {
  it.each(
    Object.entries({
      text: { S: 'b' },
      number: { N: '1.5' },
      bytes: { B: Uint8Array.of(1, 3) },
      yes: { BOOL: false },
      nothing: { S: '' },
      texts: { SS: ['a'] },
      numbers: { SS: ['1', '2'] },
      byteses: { BS: [Uint8Array.of(1), Uint8Array.of(3)] },
      list: { L: [{ N: '1' }, { S: 'a' }] },
      map: { M: { a: { S: 'a' }, b: { N: '2' } } },
    }),
  )('tells another value of %s', (name, value) => {
    expect(fingerprint({ ...item, [name]: value })).not.toBe(fingerprint(item));
  });

  it('tells an attribute that is missing or added', () => {
    const { text: _, ...rest } = item;
    expect(fingerprint(rest)).not.toBe(fingerprint(item));
    expect(fingerprint({ ...item, more: { S: '' } })).not.toBe(fingerprint(item));
  });

  it('is the same for any order of attributes and of the members of sets', () => {
    const turned = Object.fromEntries(Object.entries(item).toReversed());
    turned['texts'] = { SS: ['b', 'a'] };
    turned['numbers'] = { NS: ['2', '1'] };
    turned['byteses'] = { BS: [Uint8Array.of(2), Uint8Array.of(1)] };
    turned['map'] = { M: { b: { N: '1' }, a: { S: 'a' } } };
    expect(fingerprint(turned)).toBe(fingerprint(item));
  });
});

describe('the orders of the demo', () => {
  const orders = Array.from({ length: 200 }, (_, n) => order(n, 0));

  it('have attributes of every type', () => {
    const types = orders.flatMap((order) => Object.values(order).flatMap((value) => Object.keys(value)));
    expect([...new Set(types)].toSorted()).toEqual(
      ['B', 'BOOL', 'BS', 'L', 'M', 'N', 'NS', 'NULL', 'S', 'SS'].toSorted(),
    );
  });

  it('are the same for the same number and version, else not', () => {
    expect(fingerprint(order(7, 1))).toBe(fingerprint(order(7, 1)));
    const other = [order(7, 1), order(7, 2), order(8, 1)].map(fingerprint);
    expect(new Set(other).size).toBe(3);
  });
});
