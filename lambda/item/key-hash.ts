import siphash24 from 'siphash24';

/** Hashes a canonical key to an unsigned number of 64 bits. The hash is the item's place in the hash space. */
export type KeyHash = (canonicalKey: Uint8Array) => bigint;

/**
 * Creates the hash of a snapshot's keys: SipHash-2-4 with a key of 16 bytes, as 32 hex digits. Writers of items do not know
 * that key, so they cannot choose item keys with equal hashes.
 */
export function createKeyHash(hashKey: string): KeyHash {
  const key = Buffer.from(hashKey, 'hex');
  const hash = new DataView(new ArrayBuffer(8));
  const out = new Uint8Array(hash.buffer);
  return (canonicalKey) => {
    siphash24(canonicalKey, key, out, true);
    return hash.getBigUint64(0, true);
  };
}
