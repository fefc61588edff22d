import xxhash from 'xxhash-wasm';

const hasher = await xxhash();

/** xxHash64, seed 0, of a canonical key's bytes: where in the hash space the item lies. Unsigned 64 bits. */
export function hashKey(canonicalKey: Uint8Array): bigint {
  return hasher.h64Raw(canonicalKey);
}
