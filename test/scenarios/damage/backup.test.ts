import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { changeItems, expectNothingHeld, restore, tableExists } from '../../support/fixture.ts';
import { readTableContent } from '../../support/tables.ts';

const world = useTidemark({ items: 40 });
let backup: BackupRecord;
let content: Map<string, string>;

beforeEach(async () => {
  const { database, harness, table } = world;
  await harness.operations.createBackup({ table, name: 'base' });
  await harness.executions.idle();
  await changeItems(database, table);
  content = await readTableContent(database.dynamodb, table);
  backup = await harness.operations.createBackup({ table, name: 'increment' });
  await harness.executions.idle();
});

async function listFiles(kind: 'runs' | 'snapshots'): Promise<string[]> {
  const folder = join(world.harness.folder, 'tables');
  const names = await readdir(folder, { recursive: true });
  return names
    .filter((name) => name.includes(`/${kind}/`) && name.endsWith('.zst'))
    .toSorted()
    .map((name) => join(folder, name));
}

async function flipByte(file: string, at: (length: number) => number): Promise<void> {
  const bytes = await readFile(file);
  const place = at(bytes.length);
  bytes[place] = (bytes[place] ?? 0) ^ 0x10;
  await writeFile(file, bytes);
}

/** Restores the backup, and expects a failure that names the file, leaves no table and holds no snapshot. */
async function expectCorrupt(): Promise<void> {
  const { database, harness, table } = world;
  const target = `restored-${randomIds.hex(12)}`;
  await harness.operations.restoreTable({ backup: { table, id: backup.id }, target });
  await harness.executions.idle();
  const record = await harness.services.catalog.restores.get(target);
  expect([record?.status, record?.reason]).toEqual([
    'FAILED',
    expect.stringMatching(/^SnapshotCorrupt: .+\.zst/),
  ]);
  expect(await tableExists(database, target)).toBe(false);
  await expectNothingHeld(harness, table);
}

const damages: [string, (file: string) => Promise<void>][] = [
  ['a flipped byte at its beginning', (file) => flipByte(file, () => 10)],
  // The middle of a small run may lie between its frame and its index, in bytes that only a zstd decoder reads.
  ['a flipped byte in its first half', (file) => flipByte(file, (length) => Math.floor(length / 3))],
  ['a truncation by half', async (file) => truncate(file, Math.floor((await readFile(file)).length / 2))],
  ['a truncation to nothing', (file) => truncate(file, 0)],
];

describe('a restore from a damaged file', () => {
  it.each(damages)(
    'fails, names the file and leaves no table if the base run has %s',
    async (_name, damage) => {
      const [base] = await listFiles('runs');
      await damage(String(base));
      await expectCorrupt();
    },
  );

  it.each(damages)(
    'fails, names the file and leaves no table if the delta run has %s',
    async (_name, damage) => {
      const [, delta] = await listFiles('runs');
      await damage(String(delta));
      await expectCorrupt();
    },
  );

  it.each(damages)(
    'fails, names the file and leaves no table if the manifest has %s',
    async (_name, damage) => {
      const [, manifest] = await listFiles('snapshots');
      await damage(String(manifest));
      await expectCorrupt();
    },
  );
});

describe('a damaged head', () => {
  it('is not continued: the next backup is a new base, which restores exactly', async () => {
    const { database, harness, table } = world;
    const [, manifest] = await listFiles('snapshots');
    await flipByte(String(manifest), (length) => Math.floor(length / 2));
    const next = await harness.operations.createBackup({ table, name: 'next' });
    await harness.executions.idle();
    expect(await harness.operations.describeBackup({ table, id: next.id })).toMatchObject({
      status: 'AVAILABLE',
      kind: 'full',
    });
    expect(await restore(database, harness, next)).toEqual(content);
  });
});
