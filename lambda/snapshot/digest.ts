import { hash } from 'node:crypto';

const modulus = 1n << 128n;

/** The first 16 bytes of the SHA-256 of an item's canonical form (docs/format.md, section 4). */
export function imageDigest(image: Uint8Array): Buffer {
  return hash('sha256', image, 'buffer').subarray(0, 16);
}

/** A sum of item digests modulo 2^128: independent of order, carried forward by adding and subtracting. */
export class DigestSum {
  #sum: bigint;

  constructor(hex = '0') {
    this.#sum = BigInt(`0x${hex}`);
  }

  add(digest: Buffer): void {
    this.#sum += number(digest);
  }

  subtract(digest: Buffer): void {
    this.#sum -= number(digest);
  }

  /** Adds a sum written by `hex`. */
  addHex(hex: string): void {
    this.#sum += BigInt(`0x${hex}`);
  }

  subtractHex(hex: string): void {
    this.#sum -= BigInt(`0x${hex}`);
  }

  /** 32 hex digits. */
  hex(): string {
    const positive = ((this.#sum % modulus) + modulus) % modulus;
    return positive.toString(16).padStart(32, '0');
  }
}

function number(digest: Buffer): bigint {
  return (digest.readBigUInt64BE(0) << 64n) | digest.readBigUInt64BE(8);
}
