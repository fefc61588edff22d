import { expect, it } from 'vitest';
import { hashKey } from '../../lambda/item/key-hash.ts';

// Known results of the algorithm. The last text has more than 32 bytes, which another branch of it handles.
it.each([
  ['', 0xef46db3751d8e999n],
  ['a', 0xd24ec4f1a98c6e5bn],
  ['abc', 0x44bc2cf5ad770999n],
  ['Nobody inspects the spammish repetition', 0xfbcea83c8a378bf1n],
])('the hash of the key %j is its xxHash64 with seed 0', (text, hash) => {
  expect(hashKey(Buffer.from(text))).toBe(hash);
});
