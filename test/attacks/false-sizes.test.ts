import { truncate, writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readStagedFile } from '../../lambda/backup/read-staged-file.ts';
import { SpillWriter } from '../../lambda/backup/spills.ts';
import { encodeIndex, readIndex } from '../../lambda/snapshot/format/frame-index.ts';
import { decompressFrame, sha256Hex } from '../../lambda/snapshot/format/frame.ts';
import { defaultLimits } from '../../lambda/snapshot/format/limits.ts';
import { buildManifestKey, readManifest } from '../../lambda/snapshot/format/manifest.ts';
import { openFrame } from '../../lambda/snapshot/read/read-frames.ts';
import { parseBackupId } from '../../lambda/model/ids.ts';
import { createDirectoryStore } from '../../lambda/storage/directory-store.ts';
import { decompressText } from '../../local/dynamodb/exports/import-source.ts';
import { createMemoryStore, hashKey } from '../support/snapshot/support.ts';

const mebibyte = 1024 * 1024;
const corrupt = (message: string) => ({ code: 'SnapshotCorrupt', message: expect.stringContaining(message) });

/**
 * Makes a zstd frame of repeated bytes: blocks of 128 KiB that take 4 bytes each. So 9 KB expand to 300 MB, 41 KB to 1.3 GB.
 * `window`: the descriptor of the window that the frame asks for.
 */
function zstdBomb(bytes: number, window = 0x38): Buffer {
  const blockBytes = 128 * 1024;
  const count = Math.ceil(bytes / blockBytes);
  const blocks = Array.from({ length: count }, (_, i) => {
    const header = (blockBytes << 3) | (1 << 1) | Number(i === count - 1);
    return Buffer.from([header & 0xff, (header >> 8) & 0xff, (header >> 16) & 0xff, 0x7b]);
  });
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, window]), ...blocks]);
}

/** Runs the work, and returns by how many bytes the process's largest size grew. */
async function measureGrowth(work: () => unknown): Promise<number> {
  const before = process.resourceUsage().maxRSS;
  await work();
  return (process.resourceUsage().maxRSS - before) * 1024;
}

describe('a zstd frame of 41 KB that expands to 1.3 GB', () => {
  const bomb = zstdBomb(1300 * mebibyte);

  it('is rejected as a frame, and takes no more memory than its index states', async () => {
    const entry = {
      hash: '0'.repeat(16),
      key: 'k',
      offset: 0,
      length: bomb.length,
      rawLength: 1000,
      count: 1,
    };
    const frame = { file: 'a run', compressed: bomb, entry: { ...entry, sha256: sha256Hex(bomb) } };
    const growth = await measureGrowth(() => {
      expect(() => openFrame(frame)).toThrow(expect.objectContaining({ code: 'SnapshotCorrupt' }));
    });
    expect(growth).toBeLessThan(64 * mebibyte);
  });

  it('is rejected as a manifest and as an index', async () => {
    const store = createMemoryStore();
    const id = parseBackupId('01700000000000-01234567');
    await store.put(buildManifestKey('table', id), bomb);
    await store.put('run', bomb);
    const index = { offset: 0, length: bomb.length, sha256: sha256Hex(bomb) };
    const growth = await measureGrowth(async () => {
      await expect(readManifest(store, 'table', id)).rejects.toMatchObject(corrupt('more than'));
      await expect(readIndex(store, { key: 'run', index })).rejects.toMatchObject(corrupt('more than'));
    });
    expect(growth).toBeLessThan(600 * mebibyte);
  });

  it('counts as an error of an import, and so does a gzip member of that size', async () => {
    const growth = await measureGrowth(() => {
      expect(() => decompressText(bomb, 'ZSTD')).toThrow('Cannot create a Buffer larger than');
    });
    expect(growth).toBeLessThan(1200 * mebibyte);
  });
});

it('a frame that asks for a window of 2 GiB is rejected', () => {
  const bomb = zstdBomb(mebibyte, 0xa8);
  expect(() => decompressFrame(bomb, sha256Hex(bomb), 'a frame', mebibyte)).toThrow(
    expect.objectContaining(corrupt('not a whole zstd frame')),
  );
});

it.each([
  { length: 2 ** 40 },
  { rawLength: 2 ** 40 },
  { rawLength: -1 },
  { offset: -1 },
  { offset: 0.5 },
  { count: 2 ** 40 },
  { length: '1' as unknown as number },
])('an index whose frame claims the size %j is rejected', async (size) => {
  const entry = {
    hash: '0'.repeat(16),
    key: 'k',
    offset: 0,
    length: 10,
    rawLength: 10,
    count: 1,
    sha256: '',
  };
  const { bytes, index } = encodeIndex([{ ...entry, ...size }], 0);
  const store = createMemoryStore();
  await store.put('run', bytes);
  await expect(readIndex(store, { key: 'run', index })).rejects.toMatchObject(corrupt('impossible size'));
});

it('an index with a claimed size of a terabyte is rejected before it is read', async () => {
  const store = createMemoryStore();
  const index = { offset: 0, length: 2 ** 40, sha256: '' };
  await expect(readIndex(store, { key: 'run', index })).rejects.toMatchObject(corrupt(`${2 ** 40} bytes`));
});

describe('a staged file', () => {
  async function read(text: Buffer, records: number): Promise<void> {
    const store = createMemoryStore();
    await store.put('file', gzipSync(text));
    const checksum = { algorithm: 'md5', base64: '' } as const;
    const spills = new SpillWriter(store, { ...defaultLimits, maxSortBytes: mebibyte }, (n) => `spill-${n}`);
    const keys = { names: ['pk'] as const, hash: hashKey };
    await readStagedFile(store, { key: 'file', order: '0', records, rawBytes: 1, checksum }, keys, spills);
  }

  it('is rejected once 32 MiB of a line of 64 MiB were read', async () => {
    const growth = await measureGrowth(async () => {
      // Its checksum is wrong too, so the step reports a damaged file.
      await expect(read(Buffer.alloc(64 * mebibyte, ' '), 1)).rejects.toMatchObject({
        code: 'StagedDataCorrupt',
      });
    });
    expect(growth).toBeLessThan(300 * mebibyte);
  });
});

it('an object that is too large to read as a whole is rejected before memory is allocated', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-attack-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const store = createDirectoryStore(folder);
  await writeFile(join(folder, 'plan'), '');
  // A sparse file takes no room on the disk.
  await truncate(join(folder, 'plan'), 3 * 1024 * mebibyte);
  const growth = await measureGrowth(async () => {
    await expect(store.get('plan')).rejects.toMatchObject(corrupt('more than Tidemark stores'));
  });
  expect(growth).toBeLessThan(64 * mebibyte);
});
