import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DigestSum, digestImage } from '../../../lambda/snapshot/format/digest.ts';

const modulus = 1n << 128n;
const anyDigest = fc.oneof(
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(Buffer.alloc(16, 0xff)),
);
const anyDigests = fc.array(anyDigest, { maxLength: 20 });

function addUp(digests: readonly Buffer[]): DigestSum {
  const sum = new DigestSum();
  for (const digest of digests) sum.add(digest);
  return sum;
}

function sumByBigInt(digests: readonly Buffer[]): string {
  let sum = 0n;
  for (const digest of digests) sum += BigInt(`0x${digest.toString('hex')}`);
  return (sum % modulus).toString(16).padStart(32, '0');
}

describe('a sum of digests', () => {
  it('is taken modulo 2^128 and written as 32 hex digits', () => {
    fc.assert(
      fc.property(anyDigests, (digests) => {
        expect(addUp(digests).toHex()).toBe(sumByBigInt(digests));
      }),
    );
    expect(new DigestSum().toHex()).toBe('0'.repeat(32));
    expect(addUp([Buffer.alloc(16, 0xff), Buffer.from(`${'0'.repeat(31)}3`, 'hex')]).toHex()).toBe(
      `${'0'.repeat(31)}2`,
    );
  });

  it('does not depend on the order of the items', () => {
    fc.assert(
      fc.property(anyDigests, (digests) => {
        expect(addUp(digests.toReversed()).toHex()).toBe(addUp(digests).toHex());
      }),
    );
  });

  it('is carried forward by adding new images and subtracting old ones, even if it is negative in between', () => {
    fc.assert(
      fc.property(anyDigests, anyDigests, (kept, changed) => {
        const sum = new DigestSum(sumByBigInt(kept));
        for (const digest of changed) sum.subtract(digest);
        for (const digest of changed) sum.add(digest);
        expect(sum.toHex()).toBe(sumByBigInt(kept));
        for (const digest of kept) sum.subtract(digest);
        expect(sum.toHex()).toBe('0'.repeat(32));
      }),
    );
  });

  it('adds the sums of parts, even negative ones', () => {
    fc.assert(
      fc.property(anyDigests, anyDigests, (before, lost) => {
        const loss = new DigestSum();
        for (const digest of lost) loss.subtract(digest);
        const whole = new DigestSum(sumByBigInt([...before, ...lost]));
        whole.addHex(loss.toHex());
        expect(whole.toHex()).toBe(sumByBigInt(before));
      }),
    );
  });
});

describe('the digest of an item', () => {
  it('is the first 16 bytes of the SHA-256 of its canonical form', () => {
    const image = Buffer.from('{"pk":{"S":"a"}}');
    const sha256 = createHash('sha256').update(image).digest('hex');
    expect(digestImage(image).toString('hex')).toBe(sha256.slice(0, 32));
  });

  it('is the start of SHA-256’s published result for the empty text', () => {
    expect(digestImage(Buffer.alloc(0)).toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb924');
  });
});
