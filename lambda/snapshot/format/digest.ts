import { hash } from 'node:crypto';

const modulus = 1n << 128n;

/** Computes an item's digest: the first 16 bytes of the SHA-256 of its canonical form (docs/format.md, section 4). */
export function digestImage(image: Uint8Array): Buffer {
  return hash('sha256', image, 'buffer').subarray(0, 16);
}

/** A sum of 32-bit numbers stays exact in a plain number for at least this many additions. */
const maxExactAdditions = 2 ** 20;

/** A sum of item digests modulo 2^128. It does not depend on order, and is carried forward by adding and subtracting. */
export class DigestSum {
  #sum: bigint;
  /** The part not yet added to `#sum`, as the four 32-bit words of a digest: plain numbers add many times as fast. */
  readonly #words = new Float64Array(4);
  #additions = 0;

  constructor(hex = '0') {
    this.#sum = BigInt(`0x${hex}`);
  }

  add(digest: Buffer): void {
    this.#addWords(digest, 1);
  }

  subtract(digest: Buffer): void {
    this.#addWords(digest, -1);
  }

  /** Adds a sum that `toHex` wrote. */
  addHex(hex: string): void {
    this.#sum += BigInt(`0x${hex}`);
  }

  /** Writes the sum as 32 hex digits. */
  toHex(): string {
    this.#settle();
    return this.#sum.toString(16).padStart(32, '0');
  }

  #addWords(digest: Buffer, sign: 1 | -1): void {
    for (let word = 0; word < 4; word++) {
      this.#words[word] = (this.#words[word] ?? 0) + sign * digest.readUInt32BE(4 * word);
    }
    if (++this.#additions === maxExactAdditions) this.#settle();
  }

  #settle(): void {
    let sum = this.#sum;
    for (const [word, value] of this.#words.entries()) sum += BigInt(value) << BigInt(96 - 32 * word);
    this.#sum = ((sum % modulus) + modulus) % modulus;
    this.#words.fill(0);
    this.#additions = 0;
  }
}
