import { expect, it } from 'vitest';
import { createKeyHash } from '../../lambda/item/key-hash.ts';

// The first test vectors in the appendix of the paper "SipHash: a fast short-input PRF", and of its reference code:
// the bytes 00, 01, 02, ... under the key 00 01 ... 0f.
it.each([
  [0, 0x726fdb47dd0e0e31n],
  [1, 0x74f839c593dc67fdn],
  [8, 0x93f5f5799a932462n],
  [15, 0xa129ca6149be45e5n],
])('the hash of %i bytes is their SipHash-2-4', (length, hash) => {
  const hashKey = createKeyHash('000102030405060708090a0b0c0d0e0f');
  expect(hashKey(Uint8Array.from({ length }, (_, i) => i))).toBe(hash);
});

it('two hashes with different keys can be used in turn', () => {
  const [a, b] = [createKeyHash('00'.repeat(16)), createKeyHash('01'.repeat(16))];
  const key = Buffer.from('"pk":{"S":"a"}');
  const first = a(key);
  expect(b(key)).not.toBe(first);
  expect(a(key)).toBe(first);
});
