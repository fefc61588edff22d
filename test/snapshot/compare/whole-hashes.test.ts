import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Keyed } from '../../../lambda/snapshot/format/change.ts';
import { batchWholeHashes } from '../../../lambda/snapshot/compare/whole-hashes.ts';
import { toBatches } from '../../support/snapshot/support.ts';

const entries: fc.Arbitrary<Keyed[]> = fc
  .array(fc.bigInt(0n, 4n), { maxLength: 20 })
  .map((hashes) =>
    hashes.toSorted((a, b) => Number(a - b)).map((hash, i) => ({ hash, key: Buffer.from([i]) })),
  );

it('batchWholeHashes puts all entries of a hash into one batch, and keeps all entries in order', async () => {
  await fc.assert(
    fc.asyncProperty(entries, fc.array(fc.nat(5)), async (sorted, sizes) => {
      const batches = await Array.fromAsync(batchWholeHashes(toBatches(sorted, sizes)));
      expect(batches.flat()).toEqual(sorted);
      for (const [i, batch] of batches.entries()) {
        expect(batch.length).toBeGreaterThan(0);
        expect(batch[0]?.hash).not.toBe(batches[i - 1]?.at(-1)?.hash);
      }
    }),
  );
});
