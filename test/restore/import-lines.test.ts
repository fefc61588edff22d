import { expect, it } from 'vitest';
import { ImportLines } from '../../lambda/restore/import-lines.ts';
import type { SnapshotItem } from '../../lambda/snapshot/read/read-snapshot.ts';
import { change } from '../support/snapshot/support.ts';

/** Items of the given hashes, in batches of two. */
async function* readItems(hashes: readonly bigint[]): AsyncGenerator<readonly SnapshotItem[]> {
  const items = hashes.map((hash, n) => ({ ...change(n, 'text'), hash }) as SnapshotItem);
  for (let i = 0; i < items.length; i += 2) yield items.slice(i, i + 2);
}

async function fill(maxBytes: number, hashes: readonly bigint[]): Promise<ImportLines> {
  const lines = new ImportLines(maxBytes);
  for await (const bytes of lines.format(readItems(hashes))) expect(bytes.length).toBeGreaterThan(0);
  return lines;
}

it('a part that is full also has the other items of its last hash, because the next part begins at a hash', async () => {
  const { items, next } = await fill(1, [1n, 1n, 1n, 2n]);
  expect([items, next]).toEqual([3, 2n]);
});

it('a part with room for all items has no next one', async () => {
  const { items, next } = await fill(1_000_000, [1n, 2n, 3n]);
  expect([items, next]).toEqual([3, undefined]);
});
