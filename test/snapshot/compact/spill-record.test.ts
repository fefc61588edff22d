import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NetChange } from '../../../lambda/snapshot/compact/net-change.ts';
import { decodeNetChanges, encodeNetChange } from '../../../lambda/snapshot/compact/spill-record.ts';
import { makeNetChange } from '../../support/snapshot/net-changes.ts';

const corrupt = expect.objectContaining({ code: 'SnapshotCorrupt' });

describe('a record of a spill', () => {
  const anyBuffer = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  const anyDigest = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes));
  const anyOrder = fc.oneof(fc.constant(''), fc.bigInt(0n, 10n ** 42n).map(String));
  // Plain objects, as decoding gives them.
  const plain = { noNullPrototype: true };
  const anyOld = fc.option(fc.record({ digest: anyDigest, bytes: fc.nat(500_000) }, plain), {
    nil: undefined,
  });
  const anyImage = fc.oneof(
    fc.record({ image: anyBuffer, imageBytes: fc.nat(500_000) }),
    fc.constant({ image: undefined, imageBytes: 0 }),
  );
  const anyNetChange: fc.Arbitrary<NetChange> = fc
    .record(
      { hash: fc.bigInt(0n, 2n ** 64n - 1n), key: anyBuffer, first: anyOrder, last: anyOrder, old: anyOld },
      plain,
    )
    .chain((change) => anyImage.map((image) => ({ ...change, ...image })));
  const anyNetChanges = fc.array(anyNetChange, { maxLength: 5 });

  it('decodes to the net change that was encoded', () => {
    fc.assert(
      fc.property(anyNetChanges, (changes) => {
        const decoded = decodeNetChanges(Buffer.concat(changes.map(encodeNetChange)));
        // Not toEqual, which is slow for buffers.
        expect(isDeepStrictEqual(decoded, changes)).toBe(true);
      }),
    );
  });

  it('has room for a key as long as DynamoDB’s longest in canonical form', () => {
    // Partition and sort key of control characters, each six bytes in JSON, and their names.
    const key = Buffer.alloc((2048 + 1024 + 2 * 255) * 6 + 30, 'k');
    const [decoded] = decodeNetChanges(
      encodeNetChange(makeNetChange(key.toString(), ['1', '1'], [undefined, 'x'])),
    );
    expect(decoded?.key.equals(key)).toBe(true);
  });

  it('throws SnapshotCorrupt if the frame ends within it', () => {
    fc.assert(
      fc.property(anyNetChange, fc.nat(), (change, seed) => {
        const record = encodeNetChange(change);
        const cut = 1 + (seed % (record.length - 1));
        expect(() => decodeNetChanges(record.subarray(0, cut))).toThrow(corrupt);
      }),
    );
  });

  it('throws SnapshotCorrupt if its length is too small for its content', () => {
    const record = encodeNetChange(makeNetChange('key', ['1', '2'], ['old', undefined]));
    for (let length = 0; length < record.length - 4; length++) {
      const short = Buffer.from(record.subarray(0, 4 + length));
      short.writeUInt32LE(length);
      expect(() => decodeNetChanges(short)).toThrow(corrupt);
    }
  });
});
