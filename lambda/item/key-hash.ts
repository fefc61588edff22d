import xxhash from 'xxhash-wasm';

const hasher = await xxhash();

/** Hashes a canonical key: xxHash64 with seed 0, unsigned 64 bits. The hash is the item's place in the hash space. */
export function hashKey(canonicalKey: Uint8Array): bigint {
  return hasher.h64Raw(canonicalKey);
}
