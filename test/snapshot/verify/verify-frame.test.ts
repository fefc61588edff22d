import { describe, expect, it } from 'vitest';
import type { Change } from '../../../lambda/snapshot/format/change.ts';
import { compressFrame, sha256Hex } from '../../../lambda/snapshot/format/frame.ts';
import type { FrameContent, FrameEntry } from '../../../lambda/snapshot/format/frame-index.ts';
import { formatHash } from '../../../lambda/snapshot/format/hash-range.ts';
import { encodeLine, type RunKind } from '../../../lambda/snapshot/format/line.ts';
import { verifyFrame } from '../../../lambda/snapshot/verify/verify-frame.ts';
import { LineVerifier } from '../../../lambda/snapshot/verify/verify-line.ts';
import { ContentSum } from '../../../lambda/snapshot/format/content.ts';
import { change, sortKeyed, keyRules, hashKey } from '../../support/snapshot/support.ts';

const changes = sortKeyed([1, 2, 3].map((n) => change(n, `text ${n}`)));
const [first = change(0, ''), second = change(0, ''), third = change(0, '')] = changes;

/** DynamoDB's size of an item: `pk` and a number of one digit, `v` and a text of six characters. */
const itemBytes = 2 + 2 + 1 + 6;

function sumOf(lines: readonly Change[]): FrameContent {
  const sum = new ContentSum();
  for (const { image } of lines) if (image !== undefined) sum.add(image, itemBytes);
  const { bytes, digest } = sum.toContent();
  return { bytes, digest };
}

/** Verifies a frame of these lines with correct checksums. */
async function verify(
  kind: RunKind,
  lines: readonly Change[],
  wrong: Partial<FrameEntry> = {},
  next?: Change,
): Promise<readonly Change[]> {
  const raw = Buffer.concat(lines.flatMap((line) => encodeLine(kind, line)));
  const compressed = compressFrame(raw);
  const entry: FrameEntry = {
    hash: formatHash(lines[0]?.hash ?? 0n),
    key: String(lines[0]?.key),
    offset: 0,
    length: compressed.length,
    rawLength: raw.length,
    count: lines.length,
    sha256: sha256Hex(compressed),
    ...(kind === 'base' && { content: sumOf(lines) }),
    ...wrong,
  };
  return verifyFrame(
    { file: 'run', entry, compressed },
    {
      kind,
      keys: keyRules(1),
      lines: new LineVerifier(['pk']),
      next: next && { hash: formatHash(next.hash), key: String(next.key) },
    },
  );
}

const corrupt = { code: 'SnapshotCorrupt' };

const tombstone = { ...second, image: undefined };

describe('verifyFrame', () => {
  it.each(['base', 'delta'] as const)('accepts a sound frame of a %s run', async (kind) => {
    expect(await verify(kind, changes)).toMatchObject(changes);
    expect(await verify(kind, [first, second], {}, third)).toMatchObject([first, second]);
  });

  it('accepts a sound frame with tombstones', async () => {
    expect(await verify('delta', [first, tombstone, third])).toMatchObject([first, tombstone, third]);
  });
});

const sound = sumOf(changes);

describe('verifyFrame, for a frame whose checksum is right', () => {
  it.each<[string, Partial<FrameEntry>]>([
    ['number of lines', { count: 2 }],
    ['length', { rawLength: 10 }],
    ['first hash', { hash: formatHash(second.hash) }],
    ['first key', { key: String(second.key) }],
    ['size of the items', { content: { ...sound, bytes: 32 } }],
    ['digest of the items', { content: { ...sound, digest: '0'.repeat(32) } }],
  ])('rejects the frame as SnapshotCorrupt if its index states another %s', async (_name, wrong) => {
    await expect(verify('base', changes, wrong)).rejects.toMatchObject(corrupt);
  });

  it.each<[string, readonly Change[]]>([
    ['are out of order', [second, first, third]],
    ['have the same key', [first, first, third]],
  ])('rejects the frame as SnapshotCorrupt if lines %s', async (_name, lines) => {
    await expect(verify('base', lines)).rejects.toMatchObject(corrupt);
  });

  it('rejects the frame as SnapshotCorrupt with lines that belong after the beginning of the next frame', async () => {
    await expect(verify('base', changes, {}, third)).rejects.toMatchObject(corrupt);
    await expect(verify('base', changes, {}, second)).rejects.toMatchObject(corrupt);
  });

  const key = String(first.key);
  const images = [
    ['a number that is not plain decimal', `{${key},"v":{"N":"01"}}`],
    ['white space', `{${key}, "v":{"S":"text 1"}}`],
    ['members out of order', `{${key},"v":{"S":"a"},"a":{"S":"a"}}`],
    ['text that is not JSON', `{${key},"v":{"S":"secret"}`],
    ['an unknown type', `{${key},"v":{"X":"secret"}}`],
    ['a member that comes twice', `{${key},"v":{"S":"a"},"v":{"S":"a"}}`],
  ] as const;
  it.each(images)('rejects the frame as SnapshotCorrupt if an item has %s', async (_name, image) => {
    for (const kind of ['base', 'delta'] as const) {
      const verifying = verify(kind, [{ ...first, image: Buffer.from(image) }, second, third]);
      await expect(verifying).rejects.toMatchObject(corrupt);
      await expect(verifying).rejects.not.toThrow(/secret|pk/);
    }
  });

  it('rejects the frame as SnapshotCorrupt if an item is not UTF-8', async () => {
    const image = Buffer.from(`{${key},"v":{"S":"?"}}`);
    image[image.indexOf('?')] = 0xff;
    await expect(verify('base', [{ ...first, image }, second, third])).rejects.toMatchObject(corrupt);
  });

  it('rejects the frame as SnapshotCorrupt if an image has another key than its line', async () => {
    const lines = [{ ...first, image: third.image }, second];
    await expect(verify('delta', lines)).rejects.toMatchObject(corrupt);
  });

  it('rejects the frame as SnapshotCorrupt if the key of a tombstone is not canonical', async () => {
    const key = Buffer.from('"pk":{"N":"01"}');
    const lines = [{ hash: hashKey(key), key, image: undefined }];
    await expect(verify('delta', lines)).rejects.toMatchObject(corrupt);
  });
});
