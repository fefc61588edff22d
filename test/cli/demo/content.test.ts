import { describe, expect, it } from 'vitest';
import { computeFingerprint } from '../../../cli/demo/content.ts';
import { createOrder, type SdkItem } from '../../../cli/demo/orders.ts';

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

describe('computeFingerprint', () => {
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
  )('returns another value if the attribute %s has another value', (name, value) => {
    expect(computeFingerprint({ ...item, [name]: value })).not.toBe(computeFingerprint(item));
  });

  it('returns another value if an attribute is missing or added', () => {
    const { text: _, ...rest } = item;
    expect(computeFingerprint(rest)).not.toBe(computeFingerprint(item));
    expect(computeFingerprint({ ...item, more: { S: '' } })).not.toBe(computeFingerprint(item));
  });

  it('returns the same value for every order of attributes and of members of sets', () => {
    const reordered = Object.fromEntries(Object.entries(item).toReversed());
    reordered['texts'] = { SS: ['b', 'a'] };
    reordered['numbers'] = { NS: ['2', '1'] };
    reordered['byteses'] = { BS: [Uint8Array.of(2), Uint8Array.of(1)] };
    reordered['map'] = { M: { b: { N: '1' }, a: { S: 'a' } } };
    expect(computeFingerprint(reordered)).toBe(computeFingerprint(item));
  });
});

describe('the orders of the demo', () => {
  const orders = Array.from({ length: 200 }, (_, n) => createOrder(n, 0));

  it('have attributes of every type', () => {
    const types = orders.flatMap((order) => Object.values(order).flatMap((value) => Object.keys(value)));
    expect([...new Set(types)].toSorted()).toEqual(
      ['B', 'BOOL', 'BS', 'L', 'M', 'N', 'NS', 'NULL', 'S', 'SS'].toSorted(),
    );
  });

  it('are equal for the same number and version, and only then', () => {
    expect(computeFingerprint(createOrder(7, 1))).toBe(computeFingerprint(createOrder(7, 1)));
    const other = [createOrder(7, 1), createOrder(7, 2), createOrder(8, 1)].map(computeFingerprint);
    expect(new Set(other).size).toBe(3);
  });
});
