import { describe, expect, it } from 'vitest';
import { keyHash } from '../../../lambda/item/key-hash.ts';
import type { Change } from '../../../lambda/snapshot/format/change.ts';
import { compressFrame, sha256Hex } from '../../../lambda/snapshot/format/frame.ts';
import type { FrameEntry } from '../../../lambda/snapshot/format/frame-index.ts';
import { formatHash } from '../../../lambda/snapshot/format/hash-range.ts';
import { encodeLine, type RunKind } from '../../../lambda/snapshot/format/line.ts';
import { verifyFrame } from '../../../lambda/snapshot/verify/verify-frame.ts';
import { LineVerifier } from '../../../lambda/snapshot/verify/verify-line.ts';
import { ContentSum } from '../../../lambda/snapshot/format/content.ts';
import { change, sortKeyed } from '../../support/snapshot/support.ts';

const changes = sortKeyed([1, 2, 3].map((n) => change(n, `text ${n}`)));
const [first = change(0, ''), second = change(0, ''), third = change(0, '')] = changes;

/** pk and a number of one digit, v and a text of six. */
const itemBytes = 2 + 2 + 1 + 6;

/** Verifies a frame whose checksums are right, whatever its lines are. */
async function verify(
  kind: RunKind,
  lines: readonly Change[],
  wrong: Partial<FrameEntry> = {},
  next?: Change,
): Promise<readonly Change[]> {
  const raw = Buffer.concat(lines.flatMap((line) => encodeLine(kind, line)));
  const compressed = compressFrame(raw);
  const sum = new ContentSum();
  for (const { image } of lines) if (image !== undefined) sum.add(image, itemBytes);
  const { bytes, digest } = sum.toContent();
  const entry: FrameEntry = {
    hash: formatHash(lines[0]?.hash ?? 0n),
    key: String(lines[0]?.key),
    offset: 0,
    length: compressed.length,
    rawLength: raw.length,
    count: lines.length,
    sha256: sha256Hex(compressed),
    ...(kind === 'base' && { content: { bytes, digest } }),
    ...wrong,
  };
  return verifyFrame(
    { file: 'run', entry, compressed },
    {
      kind,
      keyCount: 1,
      lines: new LineVerifier(['pk']),
      next: next && { hash: formatHash(next.hash), key: String(next.key) },
    },
  );
}

const corrupt = { code: 'SnapshotCorrupt' };

const tombstone = { ...second, image: undefined };

describe('a frame is sound', () => {
  it.each(['base', 'delta'] as const)('of a %s run', async (kind) => {
    expect(await verify(kind, changes)).toMatchObject(changes);
    expect(await verify(kind, [first, second], {}, third)).toMatchObject([first, second]);
  });

  it('with tombstones', async () => {
    expect(await verify('delta', [first, tombstone, third])).toMatchObject([first, tombstone, third]);
  });
});

describe('a frame of which the checksum is right is SnapshotCorrupt', () => {
  it.each<[string, Partial<FrameEntry>]>([
    ['has another number of lines', { count: 2 }],
    ['has another length', { rawLength: 10 }],
    ['begins with another hash', { hash: formatHash(second.hash) }],
    ['begins with another key', { key: String(second.key) }],
    ['has items of another size', { content: { bytes: 32, digest: '0'.repeat(32) } }],
  ])('if it %s than the index says', async (_name, wrong) => {
    await expect(verify('base', changes, wrong)).rejects.toMatchObject(corrupt);
  });

  it.each<[string, readonly Change[]]>([
    ['are out of order', [second, first, third]],
    ['are of one key', [first, first, third]],
  ])('if its lines %s', async (_name, lines) => {
    await expect(verify('base', lines)).rejects.toMatchObject(corrupt);
  });

  it('if it reaches to where the next one begins', async () => {
    await expect(verify('base', changes, {}, third)).rejects.toMatchObject(corrupt);
    await expect(verify('base', changes, {}, second)).rejects.toMatchObject(corrupt);
  });

  const key = String(first.key);
  const images = [
    ['a number is not plain', `{${key},"v":{"N":"01"}}`],
    ['there is white space', `{${key}, "v":{"S":"text 1"}}`],
    ['members are not in order', `{${key},"v":{"S":"a"},"a":{"S":"a"}}`],
    ['it is no JSON', `{${key},"v":{"S":"secret"}`],
    ['a type is unknown', `{${key},"v":{"X":"secret"}}`],
    ['a member stands twice', `{${key},"v":{"S":"a"},"v":{"S":"a"}}`],
  ] as const;
  it.each(images)('if of an item %s', async (_name, image) => {
    for (const kind of ['base', 'delta'] as const) {
      const verifying = verify(kind, [{ ...first, image: Buffer.from(image) }, second, third]);
      await expect(verifying).rejects.toMatchObject(corrupt);
      await expect(verifying).rejects.not.toThrow(/secret|pk/);
    }
  });

  it('if its bytes are not UTF-8', async () => {
    const image = Buffer.from(`{${key},"v":{"S":"?"}}`);
    image[image.indexOf('?')] = 0xff;
    await expect(verify('base', [{ ...first, image }, second, third])).rejects.toMatchObject(corrupt);
  });

  it('if an image is of another key', async () => {
    const lines = [{ ...first, image: third.image }, second];
    await expect(verify('delta', lines)).rejects.toMatchObject(corrupt);
  });

  it('if the key of a tombstone is not canonical', async () => {
    const key = Buffer.from('"pk":{"N":"01"}');
    const lines = [{ hash: keyHash(key), key, image: undefined }];
    await expect(verify('delta', lines)).rejects.toMatchObject(corrupt);
  });
});
